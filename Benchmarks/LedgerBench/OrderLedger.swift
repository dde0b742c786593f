import AMQPBridge
import Glibc
import Ledger
import Logging
import Measure

/// A ledger of orders in a file, which is filled, copied and measured.
struct OrderLedger {
    private static let batchSize = 64
    private static let fillSize = 5000
    /// In these the statements are prepared and the file's pages come into the caches; they are not measured.
    private static let firstBatches = 16

    private let ledger: EventLedger
    private let ids: OrderIDs

    init(path: String, ids: OrderIDs) throws {
        self.ids = ids
        ledger = try EventLedger(
            path: path, migrations: OrderTable.migrations, encoder: EventEncoder(source: "/bench/orders"),
            logger: Logger(label: "bench"))
        ledger.on(OrderChanged.self) { event, transaction in
            try OrderTable.store(event, in: transaction)
            return [OrderNoted(orderID: event.orderID, total: event.total)]
        }
    }

    /// Until it holds so many orders, each of which was heard of once.
    func fill(to size: Int) async throws {
        var stored = try await ledger.read { try OrderTable.count(in: $0) }
        while stored < size {
            let events = (0..<min(Self.fillSize, size - stored)).map { _ in
                OrderChanged(orderID: ids.next(), total: 1).incoming
            }
            try await ledger.write { transaction in
                for event in events {
                    guard let change = event.event as? OrderChanged else { continue }
                    try OrderTable.store(change, in: transaction)
                    try transaction.record(event.context, .handled)
                }
            }
            stored += events.count
        }
    }

    /// Hears so many events in batches: half of them about new orders, half about those that still change. Making them is
    /// in the processor time, so that none of them are kept in memory.
    func line(of events: Int) async throws -> String {
        let (ledger, alive) = (ledger, ids.alive)
        let size = try await ledger.read { try OrderTable.count(in: $0) }
        let batches = (events + Self.batchSize - 1) / Self.batchSize
        var known = try await ledger.read {
            try OrderTable.some((batches + Self.firstBatches) * Self.batchSize / 2, ofLast: alive, in: $0)
        }
        let relaying = Task { try await ledger.run(publishingTo: Confirming()) }
        defer { relaying.cancel() }
        for _ in 0..<Self.firstBatches { _ = try await handle(batch(about: &known)) }
        // What was copied and filled goes to the disk now, not while something is measured.
        sync()
        var latencies: [Duration] = []
        let measured = try await Measured.measure {
            for _ in 0..<batches { latencies.append(try await handle(batch(about: &known))) }
            await ledger.drain(until: .now + .seconds(60))
        }
        guard try await ledger.outboxState.waiting == 0 else { throw Wrong(description: "the outbox is not empty") }
        return measured.line(
            case: "ledger-\(ids.rawValue)-\(size)", who: "Ledger", messages: batches * Self.batchSize,
            latencies: latencies)
    }

    func close() throws { try ledger.close() }

    /// How long it took.
    private func handle(_ batch: [IncomingEvent]) async throws -> Duration {
        let start = ContinuousClock.now
        for case .failed(let error) in try await ledger.handle(batch) { throw error }
        return .now - start
    }

    private func batch(about known: inout [String]) -> [IncomingEvent] {
        (0..<Self.batchSize).map { number in
            let id = number % 2 == 0 ? ids.next() : known.popLast() ?? ids.next()
            return OrderChanged(orderID: id, total: number).incoming
        }
    }
}
