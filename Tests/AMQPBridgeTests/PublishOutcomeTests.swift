import Testing

@testable import AMQPBridge

@Suite("A failed publishing is three different errors, each naming the message", .timeLimit(.minutes(1)))
struct PublishOutcomeTests {
    private let publishing: Publishing = {
        var properties = MessageProperties()
        properties.messageID = "m-77"
        return Publishing(exchange: "shop.events", routingKey: "order.created", properties: properties, body: [])
    }()

    @Test("confirmed is no error")
    func confirmed() {
        #expect(PublishOutcome.confirmed.error(for: publishing) == nil)
        #expect(PublishOutcome.confirmed.isConfirmed)
    }

    @Test("nacked, unroutable and unknown differ in code and name message, exchange and key")
    func failures() throws {
        let cause = AMQPError(.connectionLost, "the connection broke", replyCode: 320)
        let outcomes: [(PublishOutcome, AMQPError.Code)] = [
            (.nacked, .nacked), (.unroutable, .unroutable), (.unknown(cause), .outcomeUnknown),
        ]
        for (outcome, code) in outcomes {
            let error = try #require(outcome.error(for: publishing))
            #expect(!outcome.isConfirmed)
            #expect(error.code == code)
            #expect(error.isRetriable)
            for word in ["m-77", "shop.events", "order.created"] {
                #expect(error.message.contains(word), "\(error.message)")
            }
        }
    }

    @Test("unknown keeps its cause and the broker's code")
    func unknown() throws {
        let cause = AMQPError(.notFound, "NOT_FOUND - no exchange 'x'", replyCode: 404)
        let error = try #require(PublishOutcome.unknown(cause).error(for: publishing))
        #expect(error.replyCode == 404)
        #expect((error.underlyingError as? AMQPError)?.code == .notFound)
        #expect(error.message.contains("no exchange 'x'"))
    }

    @Test("what never left is reported as what it is", arguments: [AMQPError.Code.tooLarge, .invalidConfiguration])
    func neverLeft(code: AMQPError.Code) throws {
        let error = try #require(PublishOutcome.unknown(AMQPError(code, "why")).error(for: publishing))
        #expect(error.code == code)
        #expect(!error.isRetriable)
    }

    @Test("a message without an id says so")
    func withoutID() throws {
        var publishing = publishing
        publishing.properties.messageID = nil
        #expect(try #require(PublishOutcome.nacked.error(for: publishing)).message.contains("without id"))
    }
}
