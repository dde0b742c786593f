import AMQPBridgeTesting
import Logging
import Synchronization
import Testing

@testable import AMQPBridge

@Suite("A connection is made again for as long as that can help", .timeLimit(.minutes(1)))
struct ConnectionSupervisorTests {
    private let broker = InMemoryBroker()
    private let script = Script()

    /// What comes of each attempt to connect, and when it was made; without a plan it works.
    private final class Script: Sendable {
        private let state = Mutex<(refusals: [AMQPError?], attempts: [Duration])>(([], []))

        var attempts: [Duration] { state.withLock { $0.attempts } }

        func plan(_ refusals: [AMQPError?]) { state.withLock { $0.refusals = refusals } }

        func next(at now: Duration) -> AMQPError? {
            state.withLock { state in
                state.attempts.append(now)
                return state.refusals.isEmpty ? nil : state.refusals.removeFirst()
            }
        }
    }

    /// The errors that were logged as warnings.
    private struct Warnings: LogHandler {
        final class Lines: Sendable {
            private let state = Mutex<[String]>([])

            var all: [String] { state.withLock { $0 } }

            func add(_ line: String) { state.withLock { $0.append(line) } }
        }

        let lines = Lines()
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add(event.metadata?["error"]?.description ?? "") }
    }

    private func supervisor(
        attemptsTake duration: Duration = .zero, logging handler: any LogHandler = SwiftLogNoOpLogHandler()
    ) -> ConnectionSupervisor {
        let clock = broker.clock.busClock
        return ConnectionSupervisor(
            name: "consume",
            connect: { [broker, script] (name) throws(AMQPError) in
                broker.advance(by: duration)
                if let refusal = script.next(at: clock.now()) { throw refusal }
                return try broker.connect(named: name)
            },
            state: BusState(), clock: clock, logger: Logger(label: "test") { _ in handler })
    }

    private static let refused = AMQPError(.permissionDenied, "configure refused")
    private static let gone = AMQPError(.unreachable, "nobody there")

    @Test(
        "what no waiting mends is thrown at once",
        arguments: [
            AMQPError.Code.permissionDenied, .credentialsRefused, .vhostRefused, .tlsRefused, .preconditionFailed,
            .invalidConfiguration,
        ])
    func hopeless(code: AMQPError.Code) async {
        script.plan([AMQPError(code, "refused")])
        let error = await #expect(throws: AMQPError.self) { try await supervisor().run { _ in } }
        #expect(error?.code == code && script.attempts.count == 1)
    }

    @Test("permissions that are missing in the body of the first connection are thrown, too")
    func refusedInBody() async {
        let error = await #expect(throws: AMQPError.self) { try await supervisor().run { _ in throw Self.refused } }
        #expect(error?.code == .permissionDenied && script.attempts.count == 1)
        #expect(broker.connections == 0)
    }

    @Test(
        "after it has worked, what was right can be put right again: it goes on trying",
        arguments: [
            AMQPError.Code.permissionDenied, .credentialsRefused, .vhostRefused, .tlsRefused, .preconditionFailed,
            .protocolViolation,
        ])
    func givenBack(code: AMQPError.Code) async throws {
        let refused = AMQPError(code, "refused")
        script.plan([nil, refused, refused, nil])
        let runs = Script()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await supervisor().run { connection in
                    _ = runs.next(at: .zero)
                    guard runs.attempts.count == 1 else { return }
                    throw await connection.closed()
                }
            }
            try await eventually("it works") { broker.connections == 1 }
            broker.advance(by: .seconds(2))
            broker.closeConnections()
            try await eventually("it works again") {
                broker.advance(by: .seconds(1))
                return script.attempts.count == 4
            }
            try await group.waitForAll()
        }
        #expect(runs.attempts.count == 2 && broker.connections == 0)
    }

    /// How long each new attempt was waited for, when every connection lasts so long.
    private func waits(lasting: Duration, count: Int) async throws -> [Duration] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await supervisor().run { throw await $0.closed() } }
            for number in 1...count {
                try await eventually("it is connected") { broker.connections == 1 && script.attempts.count == number }
                broker.advance(by: lasting)
                broker.closeConnections()
                try await eventually("it waits") { broker.clock.sleepers == 1 }
                // Not a moment more than it waits for, however late its task is run then.
                while broker.clock.sleepers == 1 { broker.advance(by: .milliseconds(10)) }
                try await eventually("it tries again") { script.attempts.count == number + 1 }
            }
            group.cancelAll()
        }
        return zip(script.attempts, script.attempts.dropFirst()).map { $1 - $0 - lasting }
    }

    @Test("connections that last begin with a short wait again")
    func lasting() async throws {
        let waits = try await waits(lasting: .milliseconds(1001), count: 6)
        #expect(waits.allSatisfy { $0 <= .milliseconds(200) }, "\(waits)")
    }

    @Test("connections that do not last are made less and less often")
    func short() async throws {
        let waits = try await waits(lasting: .milliseconds(500), count: 5)
        #expect(waits.count == 5 && (waits.last ?? .zero) >= .milliseconds(800), "\(waits)")
    }

    @Test("an attempt that took longer than the wait for the next is followed by that at once")
    func longAttempts() async throws {
        script.plan(Array(repeating: Self.gone, count: 20) + [nil])
        try await supervisor(attemptsTake: .seconds(3)).run { _ in }
        #expect(script.attempts.count == 21, "without anybody's moving the clock on for a wait")
    }

    @Test("each reason of an outage is told once, whatever comes in between, and no more than eight of them")
    func told() async throws {
        let others = (0..<20).map { AMQPError(.unreachable, "number \($0)") }
        script.plan([Self.gone, Self.gone, others[0], Self.gone] + others)
        let warnings = Warnings()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await supervisor(logging: warnings).run { _ in } }
            try await eventually("all was tried") {
                broker.advance(by: .seconds(2))
                return script.attempts.count == 25
            }
            try await group.waitForAll()
        }
        #expect(warnings.lines.all == ([Self.gone] + others.prefix(7)).map(\.description))
    }

    @Test("cancelled while it waits, it ends")
    func cancelled() async throws {
        script.plan(Array(repeating: Self.gone, count: 100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await supervisor().run { _ in } }
            try await eventually("it waits") { broker.clock.sleepers == 1 }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(script.attempts.count == 1)
    }
}
