import Testing

@testable import AMQPBridge

@Suite("What came back often is suspected of having killed whoever had it", .timeLimit(.minutes(1)))
struct SuspicionTests {
    private func isUnsuspected(isRedelivered: Bool, returns: Int64?) -> Bool {
        var properties = MessageProperties()
        if let returns { properties.headers = ["x-delivery-count": .int(returns)] }
        let delivery = Delivery(
            tag: DeliveryTag(epoch: 1, value: 1), exchange: "e", routingKey: "k", isRedelivered: isRedelivered,
            properties: properties, body: [])
        let consumer = DeliveryConsumer(queue: "q", epoch: 1, prefetch: 1) {}
        return LaneItem(
            delivery: delivery, consumer: consumer, content: .refused(PermanentFailure("")), attempts: 0
        ).isUnsuspected
    }

    @Test("the first time it comes it is not") func first() {
        #expect(isUnsuspected(isRedelivered: false, returns: nil))
        #expect(isUnsuspected(isRedelivered: false, returns: 0))
    }

    @Test("after one or two lost connections it is not", arguments: [1, 2] as [Int64]) func lost(returns: Int64) {
        #expect(isUnsuspected(isRedelivered: true, returns: returns))
    }

    @Test("after three it is", arguments: [3, 20] as [Int64]) func often(returns: Int64) {
        #expect(!isUnsuspected(isRedelivered: true, returns: returns))
    }

    @Test("a queue that does not count says nothing in its favour") func classic() {
        #expect(!isUnsuspected(isRedelivered: true, returns: nil))
    }
}
