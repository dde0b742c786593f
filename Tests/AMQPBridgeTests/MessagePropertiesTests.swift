import Testing

@testable import AMQPBridge

@Suite("Properties are values, although they are shared", .timeLimit(.minutes(1)))
struct MessagePropertiesTests {
    private static let changes: [@Sendable (inout MessageProperties) -> Void] = [
        { $0.contentType = "other" }, { $0.contentEncoding = "other" }, { $0.headers["other"] = 1 },
        { $0.isPersistent.toggle() }, { $0.priority = 9 }, { $0.correlationID = "other" }, { $0.replyTo = "other" },
        { $0.expiration = "1" }, { $0.messageID = "other" }, { $0.timestamp = 1 }, { $0.type = "other" },
        { $0.userID = "other" }, { $0.appID = "other" },
    ]

    @Test("a change of a copy is not seen in the other", arguments: changes.indices)
    func copies(index: Int) {
        for original in [MessageProperties(), .full] {
            var copy = original
            #expect(copy == original)
            Self.changes[index](&copy)
            #expect(copy != original)
            #expect(original == (original.messageID == nil ? MessageProperties() : .full))
            var twice = copy
            Self.changes[index](&twice)
            Self.changes[index](&copy)
            #expect(twice == copy)
        }
    }

    @Test("equal ones have equal hashes")
    func hashes() {
        var built = MessageProperties.full
        built.messageID = "another"
        built.messageID = MessageProperties.full.messageID
        #expect(Set([built, .full, MessageProperties()]).count == 2)
    }

    @Test("an error's copy is its own, too")
    func errors() {
        let original = AMQPError(.timeout, "late", replyCode: 406)
        var copy = original
        copy.code = .closed
        copy.message = "closed"
        copy.replyCode = nil
        copy.underlyingError = original
        #expect(original.code == .timeout && original.message == "late" && original.replyCode == 406)
        #expect(copy.code == .closed && copy.message == "closed" && copy.replyCode == nil)
        #expect(copy.description == "closed: closed (timeout: late)")
        #expect(copy.line == original.line)
    }
}
