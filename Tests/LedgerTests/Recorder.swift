import AMQPBridge
import Ledger
import Testing

/// Takes events as a broker would, and answers by a script.
actor Recorder: EventPublisher {
    typealias Script = @Sendable (_ event: EncodedEvent, _ attempt: Int) -> PublishOutcome

    private let script: Script
    private var attempts: [String: Int] = [:]
    /// Every call, whatever the answer.
    private(set) var calls: [[EncodedEvent]] = []
    private(set) var confirmed: [EncodedEvent] = []

    init(_ script: @escaping Script = { _, _ in .confirmed }) { self.script = script }

    func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] {
        calls.append(events)
        return events.map { event in
            attempts[event.id, default: 0] += 1
            let outcome = script(event, attempts[event.id] ?? 0)
            if outcome.isConfirmed { confirmed.append(event) }
            return outcome
        }
    }

    /// The totals that were sent, by name, in the order in which they left.
    var sent: [String: [Int]] {
        get throws {
            var sent: [String: [Int]] = [:]
            for event in confirmed { sent[event.key, default: []].append(try event.total) }
            return sent
        }
    }

    func attempts(of key: String) -> Int { calls.joined().count { $0.key == key } }
}

extension EncodedEvent {
    var total: Int {
        get throws {
            let (_, event) = try CloudEventsCodec().decode(body, as: [TotalChanged.type: TotalChanged.self])
            return try #require(event as? TotalChanged).total
        }
    }
}

extension EventLedger {
    /// Sends what the outbox holds while `body` runs.
    func sending(to publisher: any EventPublisher, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.run(publishingTo: publisher) }
            try await body()
            group.cancelAll()
        }
    }

    /// Commits events to send, in this order.
    func emit(_ events: [TotalChanged]) async throws {
        try await write { transaction in
            for event in events { try transaction.emit(event) }
        }
    }
}
