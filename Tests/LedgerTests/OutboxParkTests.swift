import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

@testable import Ledger

@Suite("What can never be sent is parked, and holds nothing back", .timeLimit(.minutes(1)))
struct OutboxParkTests {
    private static let tooLarge = PublishOutcome.unknown(AMQPError(.tooLarge, "the header does not fit"))

    @Test("its key goes on without it; it stays where it can be seen, and goes when it is sent by hand")
    func parked() async throws {
        try await withLedger { ledger in
            let isRefusing = Atomic(true)
            let recorder = Recorder { event, _ in
                let isBad = (try? event.total) == 1 && isRefusing.load(ordering: .relaxed)
                return isBad ? Self.tooLarge : .confirmed
            }
            try await ledger.emit((1...3).map { TotalChanged(name: "a", total: $0) })
            try await ledger.sending(to: recorder) {
                try await eventually("the others are sent", within: .seconds(20)) {
                    try await ledger.outboxState.waiting == 0
                }
                #expect(try await recorder.sent == ["a": [2, 3]])
                let entry = try #require(try await ledger.read { try $0.outboxEntries(of: "a", limit: 9) }.first)
                #expect(entry.parked && entry.attempts == 1 && entry.lastError == "the header does not fit")
                let state = try await ledger.outboxState
                #expect(state.waiting == 0 && state.parked == 1 && state.oldest == nil && state.lag() == .zero)
                #expect(try await ledger.unpark("nobody") == false)
                isRefusing.store(false, ordering: .relaxed)
                #expect(try await ledger.unpark(entry.eventID))
                #expect(try await ledger.unpark(entry.eventID) == false, "it is parked no more")
                try await eventually("it is sent, too", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(try await recorder.sent == ["a": [2, 3, 1]])
            #expect(await recorder.attempts(of: "a") == 4)
        }
    }

    @Test("draining does not wait for it")
    func drain() async throws {
        try await withLedger { ledger in
            try await ledger.emit([TotalChanged(name: "a", total: 1), TotalChanged(name: "b", total: 2)])
            let start = ContinuousClock.now
            try await ledger.sending(to: Recorder { event, _ in event.key == "a" ? Self.tooLarge : .confirmed }) {
                await ledger.drain(until: start + .seconds(30))
            }
            #expect(ContinuousClock.now - start < .seconds(25))
            #expect(try await ledger.outboxState.parked == 1)
        }
    }

    @Test("a message over which the broker closes the channel is found by sending each alone")
    func closesTheChannel() async throws {
        try await withLedger { ledger in
            let broker = ClosingBroker(over: 7)
            try await ledger.emit((0..<20).map { TotalChanged(name: "k\($0)", total: $0) })
            try await ledger.sending(to: broker) {
                try await eventually("all others are sent", within: .seconds(20)) {
                    try await ledger.outboxState.waiting == 0
                }
            }
            #expect(await Set(broker.taken) == Set((0..<20).filter { $0 != 7 }))
            let rows = try await ledger.read { try $0.outboxEntries(of: "k7", limit: 2) }
            #expect(rows.map(\.parked) == [true] && rows.first?.lastError?.contains("larger than") == true)
        }
    }

    @Test("which outcome means what")
    func verdicts() {
        func verdict(_ code: AMQPError.Code, alone: Bool = false) -> OutboxVerdict {
            OutboxVerdict(.unknown(AMQPError(code, "why")), wasAlone: alone)
        }
        #expect(OutboxVerdict(.confirmed, wasAlone: false) == .sent)
        for outcome in [PublishOutcome.nacked, .unroutable] {
            guard case .later = OutboxVerdict(outcome, wasAlone: true) else { Issue.record("\(outcome)"); return }
        }
        for code in [AMQPError.Code.unreachable, .connectionLost, .timeout, .closed, .cancelled, .outcomeUnknown] {
            #expect(verdict(code) == .again && verdict(code, alone: true) == .again)
        }
        #expect(verdict(.permissionDenied) == .later("why") && verdict(.permissionDenied, alone: true) == .later("why"))
        #expect(verdict(.tooLarge) == .parked("why") && verdict(.undecodable) == .parked("why"))
        #expect(
            verdict(.preconditionFailed) == .suspected && verdict(.preconditionFailed, alone: true) == .parked("why"))
    }
}

@Suite("The outbox says when it falls behind")
struct LagTests {
    @Test("once when it does, and once when it has caught up")
    func watch() {
        var watch = LagWatch()
        let lags = [0, 59, 60, 61, 3600, 60, 59, 0, 70, 0].map { watch.note(.seconds($0)) }
        #expect(lags == [nil, nil, .behind, nil, nil, nil, .caughtUp, nil, .behind, .caughtUp])
    }

    @Test("the oldest row that waits counts; a clock set back makes it no younger than new")
    func state() async throws {
        try await withLedger { ledger in
            #expect(try await ledger.outboxState == OutboxState(waiting: 0, parked: 0, oldest: nil))
            try await ledger.emit((0..<3).map { TotalChanged(name: "a", total: $0) })
            let state = try await ledger.outboxState
            let oldest = try #require(state.oldest)
            #expect(state.waiting == 3 && state.parked == 0)
            #expect(state.lag(at: RFC3339Time(milliseconds: oldest.milliseconds + 90_000)) == .seconds(90))
            #expect(state.lag(at: RFC3339Time(milliseconds: oldest.milliseconds - 90_000)) == .zero)
        }
    }
}

/// Closes the channel over one message, as RabbitMQ does over one above its `max_message_size`.
private actor ClosingBroker: EventPublisher {
    private let poison: Int
    private(set) var taken: [Int] = []

    init(over poison: Int) { self.poison = poison }

    func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] {
        let totals = events.map { (try? $0.total) ?? -1 }
        guard totals.contains(poison) else {
            taken += totals
            return events.map { _ in .confirmed }
        }
        let error = AMQPError(.preconditionFailed, "message size 9 is larger than configured max size 8")
        return events.map { _ in .unknown(error) }
    }
}
