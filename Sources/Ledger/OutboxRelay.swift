import AMQPBridge
import Logging
import Synchronization

/// Sends what the outbox holds: in order per key, pipelined across keys, until confirmed and routed.
///
/// It is woken by commits and looks once a second besides. What is confirmed leaves with the next transaction or look. A
/// crash before that sends the event twice, with the same id; the receiver's inbox makes that harmless.
///
/// A row that can never be sent is *parked*: nobody tries it again by itself, and its key is free. Order per key then
/// holds among what is sent. To hold the key back would stop everything about that subject for good, and its receivers
/// tolerate any order as it is.
final class OutboxRelay: Sendable {
    private static let batchSize = 256

    private let database: LedgerDatabase
    private let logger: Logger
    private let isPoked = Atomic(true)
    private let pokeWaiters = Waiters()
    private let rounds = Atomic<UInt64>(0)
    private let news = Mutex(RefusalNews())
    private let roundWaiters = Waiters()

    init(database: LedgerDatabase, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Something was committed.
    func poke() {
        isPoked.store(true, ordering: .sequentiallyConsistent)
        pokeWaiters.resumeAll()
    }

    /// Grows whenever all that could go has gone.
    var round: UInt64 { rounds.load(ordering: .sequentiallyConsistent) }

    /// Waits for the end of a round after that one, or until cancelled.
    func roundEnded(after round: UInt64) async {
        await roundWaiters.wait { self.round == round }
    }

    /// Until cancelled.
    func run(publishingTo publisher: any EventPublisher) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil { self.poke() }
            }
            poke()
            var suspects: Set<Int64> = []
            while !Task.isCancelled {
                await pokeWaiters.wait { !self.isPoked.load(ordering: .sequentiallyConsistent) }
                isPoked.store(false, ordering: .sequentiallyConsistent)
                do {
                    while try await sendBatch(to: publisher, &suspects), !Task.isCancelled {}
                } catch {
                    // The database says so itself, once; see Availability.
                    logger.debug("The outbox cannot be read or written", metadata: ["error": .string("\(error)")])
                }
                rounds.add(1, ordering: .sequentiallyConsistent)
                roundWaiters.resumeAll()
            }
            group.cancelAll()
        }
    }

    /// True when there may be more to send right away.
    nonisolated(nonsending) func sendBatch(
        to publisher: any EventPublisher, _ suspects: inout Set<Int64>
    ) async throws -> Bool {
        try await database.removeConfirmed()
        var rows = try await database.look { try Outbox.due(at: .now, limit: Self.batchSize, in: $0) }
        var isAll = rows.count < Self.batchSize
        if let suspect = rows.first(where: { suspects.contains($0.sequence) }) {
            rows = [suspect]
            isAll = false
        }
        guard !rows.isEmpty else { return false }
        let outcomes = await publish(rows.map(\.event), to: publisher)
        let wasAlone = rows.count == 1
        let judged = zip(rows, outcomes).map { ($0, OutboxVerdict($1, wasAlone: wasAlone)) }
        CrashPoint.after(.confirm)
        let hasNewHeads = try await mark(judged, isAll: isAll)
        for (row, verdict) in judged {
            switch verdict {
            case .suspected: suspects.insert(row.sequence)
            case .sent, .later, .parked: suspects.remove(row.sequence)
            case .again: break
            }
        }
        report(judged)
        // Without a connection nothing was settled: wait for the next look instead of spinning. What is committed meanwhile
        // says so itself.
        return (!isAll || hasNewHeads) && judged.contains { $1.isSettled }
    }

    private nonisolated(nonsending) func publish(
        _ events: [EncodedEvent], to publisher: any EventPublisher
    ) async -> [PublishOutcome] {
        CrashPoint.before(.publish)
        async let outcomes = publisher.publish(events)
        CrashPoint.after(.publish)
        let answers = await outcomes
        CrashPoint.before(.confirm)
        return answers
    }

    /// - Parameter isAll: nothing else is to be sent now.
    /// - Returns: true when others of their keys may go now.
    private nonisolated(nonsending) func mark(
        _ judged: [(Outbox.Row, OutboxVerdict)], isAll: Bool
    ) async throws -> Bool {
        let changes = judged.filter { $1 != .again && $1 != .suspected }
        guard !changes.isEmpty else { return false }
        if isAll, changes.allSatisfy({ $1 == .sent }), try await database.removeWithNext(changes.map(\.0)) {
            return false
        }
        CrashPoint.before(.mark)
        // What a power failure undoes of it is sent again, with the same ids.
        let hasNewHeads = try await database.write(.lazy) { database in
            var hasNewHeads = try Outbox.remove(changes.filter { $1 == .sent }.map(\.0), from: database)
            for (row, verdict) in changes {
                switch verdict {
                case .later(let reason): try Outbox.postpone(row, error: reason, at: .now, in: database)
                case .parked(let reason): if try Outbox.park(row, error: reason, in: database) { hasNewHeads = true }
                case .sent, .again, .suspected: break
                }
            }
            return hasNewHeads
        }
        CrashPoint.after(.mark)
        return hasNewHeads
    }

    /// A line now and then for what waits, however many they are, and one for each that is parked.
    private func report(_ judged: [(Outbox.Row, OutboxVerdict)]) {
        var refused = 0
        var example: (reason: String, metadata: Logger.Metadata) = ("", [:])
        for (row, verdict) in judged {
            switch verdict {
            case .later(let reason):
                refused += 1
                if refused == 1 { example = (reason, Self.metadata(row, reason)) }
            case .parked(let reason):
                logger.error(
                    "An event can never be sent as it is, and is parked", metadata: Self.metadata(row, reason))
            case .sent, .again, .suspected: break
            }
        }
        guard refused > 0,
            let count = news.withLock({ $0.note(example.reason, count: refused, at: .now) })
        else { return }
        example.metadata["refusals"] = .stringConvertible(count)
        logger.warning("Events were not taken and will be sent again; one of them", metadata: example.metadata)
    }

    private static func metadata(_ row: Outbox.Row, _ reason: String) -> Logger.Metadata {
        [
            "event_id": .string(row.event.id), "routing_key": .string(row.event.routingKey.rawValue),
            "attempts": .stringConvertible(row.attempts + 1), "reason": .string(reason),
        ]
    }
}

extension OutboxVerdict {
    /// Its row has gone, or its key is free.
    fileprivate var isSettled: Bool {
        switch self {
        case .sent, .parked: true
        case .again, .suspected, .later: false
        }
    }
}
