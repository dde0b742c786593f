import Testing

@testable import AMQPBridge

@Suite("One refusal after another tells all differing arguments", .timeLimit(.minutes(1)))
struct TopologyComparisonTests {
    private static let wanted = Queue(
        "q", type: .quorum, arguments: ["x-message-ttl": 60_000, "x-dead-letter-exchange": "order.rt"])

    private func refusal(_ argument: String, _ received: String, _ current: String) -> AMQPError {
        BrokerReply(
            code: 406,
            text: "PRECONDITION_FAILED - inequivalent arg '\(argument)' for queue 'q' in vhost 'shop': "
                + "received \(received) but current is \(current)"
        ).error(doing: "declaring queue 'q'")
    }

    @Test("what is found is taken over, with its type, and what is not there is taken away")
    func takingOver() {
        var comparison = TopologyComparison(Declaration(Self.wanted))
        let refusals = [
            refusal("durable", "'true'", "'false'"), refusal("x-message-ttl", "'60000'", "'1000'"),
            refusal("x-dead-letter-exchange", "the value 'order.rt' of type 'longstr'", "none"),
            refusal("x-max-length", "none", "the value '7' of type 'signedint'"),
            refusal("x-max-priority", "none", "the value '7' of type 'longstr'"),
            refusal("x-single-active-consumer", "none", "the value 'true' of type 'bool'"),
        ]
        for refusal in refusals { #expect(comparison.learn(from: refusal) == true) }
        let declaration = comparison.declaration
        #expect(!declaration.isDurable)
        #expect(
            declaration.arguments == [
                "x-queue-type": "quorum", "x-message-ttl": 1000, "x-max-length": 7, "x-max-priority": "7",
                "x-single-active-consumer": true,
            ])
        #expect(
            comparison.differences.map(\.description) == [
                "durable: wanted true, found false", "x-message-ttl: wanted 60000, found 1000",
                "x-dead-letter-exchange: wanted order.rt, found none", "x-max-length: wanted none, found 7",
                "x-max-priority: wanted none, found 7", "x-single-active-consumer: wanted none, found true",
            ])
    }

    @Test("a value whose type the broker does not tell is read like the wanted one first, then otherwise")
    func otherType() {
        var comparison = TopologyComparison(Declaration(Self.wanted))
        #expect(comparison.learn(from: refusal("x-message-ttl", "'60000'", "'60000'")) == true)
        #expect(comparison.declaration.arguments["x-message-ttl"] == 60_000)
        #expect(comparison.learn(from: refusal("x-message-ttl", "'60000'", "'60000'")) == true)
        #expect(comparison.declaration.arguments["x-message-ttl"] == "60000")
        #expect(comparison.learn(from: refusal("x-message-ttl", "'60000'", "'60000'")) == false)
        #expect(comparison.differences.count == 1)
    }

    private static let ends: [(text: String, found: String)] = [
        ("the value 'a name that was cut o...", "a name that was cut o..."),
        ("the value '[{longstr,<<\"a\">>}]' of type 'array'", "[{longstr,<<\"a\">>}]"),
        ("'cut...", "cut..."), ("something new", "something new"), ("", ""),
    ]

    @Test("a value that cannot be taken over is told, and ends the asking", arguments: ends)
    func unknownValue(text: String, found: String) {
        var comparison = TopologyComparison(Declaration(Self.wanted))
        #expect(comparison.learn(from: refusal("x-other", "none", text)) == false)
        #expect(
            comparison.differences
                == [TopologyDifference(argument: "x-other", wanted: "none", found: found)])
    }

    @Test("an unknown sentence is told as it is, but only when it is about what was wanted")
    func unknownSentence() {
        let error = BrokerReply(code: 406, text: "PRECONDITION_FAILED - invalid property 'non-durable'").error(
            doing: "x")
        var first = TopologyComparison(Declaration(Self.wanted))
        #expect(first.learn(from: error) == false)
        #expect(first.differences.map(\.argument) == ["unknown"])
        #expect(first.differences.first?.found.contains("non-durable") == true)

        var later = TopologyComparison(Declaration(Self.wanted))
        #expect(later.learn(from: refusal("durable", "'true'", "'false'")) == true)
        #expect(later.learn(from: error) == false)
        #expect(later.differences.map(\.argument) == ["durable"])
    }

    @Test("a broker that names the same arguments for ever is left")
    func circles() {
        var comparison = TopologyComparison(Declaration(Self.wanted))
        #expect(comparison.learn(from: refusal("durable", "'true'", "'false'")) == true)
        #expect(comparison.learn(from: refusal("auto_delete", "'false'", "'true'")) == true)
        #expect(comparison.learn(from: refusal("durable", "'true'", "'false'")) == false)
        #expect(comparison.differences.count == 2)
    }

    @Test("an exchange's kind may be one that nobody here ever wants")
    func exchange() {
        var comparison = TopologyComparison(Declaration(Exchange("x", .topic)))
        #expect(comparison.learn(from: refusal("type", "'topic'", "'fanout'")) == true)
        #expect(comparison.learn(from: refusal("internal", "'false'", "'true'")) == true)
        #expect(comparison.declaration.type == "fanout")
        #expect(comparison.declaration.isInternal)
        #expect(comparison.learn(from: refusal("durable", "'true'", "'perhaps'")) == false)
        #expect(comparison.differences.count == 3)
    }
}
