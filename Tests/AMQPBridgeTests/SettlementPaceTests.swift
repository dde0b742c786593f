import Testing

@testable import AMQPBridge

@Suite("Settlements leave together, and none is kept for long")
struct SettlementPaceTests {
    private let start = MonotonicInstant.now

    private func delivery(_ tag: UInt64) -> Delivery {
        Delivery(
            tag: DeliveryTag(epoch: 1, value: tag), exchange: "e", routingKey: "k", isRedelivered: false,
            properties: MessageProperties(), body: [])
    }

    @Test("the first leaves at once, and for 16 ms after it only as many as are worth a write")
    func together() {
        var pace = SettlementPace()
        #expect(pace.enough(at: start) == 1)
        pace.noteWrite(at: start)
        #expect(pace.enough(at: start + .milliseconds(15)) == 16)
        #expect(pace.enough(at: start + .milliseconds(16)) == 1)
    }

    @Test("nothing stays behind a call of the library")
    func hurry() {
        var pace = SettlementPace()
        pace.noteWrite(at: start)
        pace.hurry()
        #expect(pace.enough(at: start) == 1)
    }

    @Test(
        "the look that nothing else brings comes after as long again as the handler has had, and all may leave then",
        arguments: zip([0, 5, 16, 40, 100, 5000], [16, 16, 16, 40, 100, 100]))
    func look(afterDelivery milliseconds: Int, comesAfter wait: Int) {
        var pace = SettlementPace()
        pace.noteDelivery(at: start)
        let now = start + .milliseconds(milliseconds)
        pace.noteWrite(at: now)
        let look = pace.nextLook(at: now)
        #expect(look - now == .milliseconds(wait))
        #expect(pace.enough(at: look) == 1)
    }

    @Test("a consumer gives what is worth a write, or half its prefetch, and all of it when nothing less will do")
    func taking() throws {
        for (prefetch, many) in [(UInt16(256), 16), (8, 4), (1, 1)] {
            let consumer = DeliveryConsumer(queue: "q", epoch: 1, prefetch: prefetch) {}
            try consumer.deliver((1...20).map { delivery($0) })
            for tag in 1..<many { consumer.settle(DeliveryTag(epoch: 1, value: UInt64(tag)), .ack) }
            #expect(consumer.takeSettlements(from: 16) == [])
            consumer.settle(DeliveryTag(epoch: 1, value: UInt64(many)), .ack)
            #expect(consumer.takeSettlements(from: 16) == [.ack(tag: UInt64(many), multiple: many > 1)])
            consumer.settle(DeliveryTag(epoch: 1, value: UInt64(many + 1)), .ack)
            #expect(consumer.takeSettlements() == [.ack(tag: UInt64(many + 1), multiple: false)])
        }
    }
}
