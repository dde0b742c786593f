import ArgumentParser
import Testing

@testable import AMQPBridge
@testable import Shop

@Suite("What became of dead letters")
struct LetterReportTests {
    private func result(_ id: String?, _ failure: AMQPError? = nil) -> DeadLetterResult {
        var properties = MessageProperties()
        properties.messageID = id
        properties.type = "t"
        let tag = DeliveryTag(epoch: 1, value: 1)
        let delivery = Delivery(tag: tag, exchange: "order.rt", routingKey: "dead", properties: properties, body: [])
        return DeadLetterResult(DeadLetter(delivery, service: "order"), failure)
    }

    private let refusal = AMQPError(.nacked, "the queue is\nfull")

    @Test func aLineEach() {
        let report = LetterReport(done: "replayed", isJSON: false)
        #expect(report.line(result("e1")) == "replayed  order  e1  t")
        #expect(report.line(result(nil, refusal)) == "left  order  -  t  the queue is\u{FFFD}full")
    }

    @Test func theSum() throws {
        var report = LetterReport(done: "replayed", isJSON: true)
        #expect(report.summary == "0 replayed")
        try report.add([result("e1"), result("e2"), result("e3")])
        #expect(report.summary == "3 replayed")
        try report.add([result("e4", refusal)])
        #expect(report.summary == "3 replayed, 1 left: the queue is\u{FFFD}full")
        try report.add([result("e5", refusal)])
        #expect(report.summary == "3 replayed, 2 left")
    }

    @Test func whatStayedIsAFailure() async throws {
        var report = LetterReport(done: "replayed", isJSON: true)
        let all = try LetterFilter.parse(["--all"])
        try await report.finish(all) { try $0.add([result("e1")]) }
        let failure = await #expect(throws: Failure.self) {
            try await report.finish(all) { try $0.add([result("e2", refusal)]) }
        }
        #expect(failure == .failed("1 could not be replayed"))
    }

    @Test func anIDThatIsNotThereIsAFailure() async throws {
        var report = LetterReport(done: "discarded", isJSON: true)
        try await report.finish(try LetterFilter.parse(["--type", "t"])) { _ in }
        let failure = await #expect(throws: Failure.self) {
            try await report.finish(try LetterFilter.parse(["--id", "e1"])) { _ in }
        }
        #expect(failure == .failed("no dead letter matches"))
    }

    @Test func asJSON() throws {
        func json(_ result: DeadLetterResult) throws -> String {
            try JSONLine.text(LetterRow(letter: result.letter, extras: .result(result)))
        }
        #expect(try json(result("e1")).contains(#""done":true"#))
        #expect(try !json(result("e1")).contains("reason"))
        #expect(try json(result("e1", refusal)).contains(#""done":false"#))
        #expect(try json(result("e1", refusal)).contains(#""reason":"the queue is\nfull""#))
    }
}
