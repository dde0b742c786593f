import Testing

@testable import AMQPBridge

@Suite("Errors say what happened and whether trying again can help", .timeLimit(.minutes(1)))
struct AMQPErrorTests {
    private static let passingCodes: [AMQPError.Code] = [
        .unreachable, .connectionLost, .timeout, .nacked, .unroutable, .outcomeUnknown, .resourceLocked, .notFound,
        .closed,
    ]
    private static let permanentCodes: [AMQPError.Code] = [
        .credentialsRefused, .vhostRefused, .permissionDenied, .preconditionFailed, .cancelled, .tooLarge, .undecodable,
        .tlsRefused, .unknownEventType, .invalidConfiguration, .protocolViolation, AMQPError.Code("somebody_elses"),
    ]

    @Test("a broker that is away, busy or slow may be back", arguments: passingCodes)
    func retriable(code: AMQPError.Code) {
        #expect(AMQPError(code, "").isRetriable)
    }

    @Test("what somebody must change first is not tried again", arguments: permanentCodes)
    func permanent(code: AMQPError.Code) {
        #expect(!AMQPError(code, "").isRetriable)
    }

    @Test("the description holds code, message and cause")
    func description() {
        let cause = AMQPError(.connectionLost, "the connection broke")
        let error = AMQPError(.outcomeUnknown, "message m-1", underlyingError: cause)
        #expect("\(cause)" == "connection_lost: the connection broke")
        #expect("\(error)" == "outcome_unknown: message m-1 (connection_lost: the connection broke)")
    }

    @Test("it knows where it was made")
    func place() {
        let error = AMQPError(.closed, "")
        #expect("\(error.file)".hasSuffix("AMQPErrorTests.swift"))
        #expect(error.line == 36)
    }

    @Test("codes are equal by their text, so that others may add their own")
    func codes() {
        #expect(AMQPError.Code("timeout") == .timeout)
        #expect(
            Set(Self.passingCodes + Self.permanentCodes).count == Self.passingCodes.count + Self.permanentCodes.count)
    }
}
