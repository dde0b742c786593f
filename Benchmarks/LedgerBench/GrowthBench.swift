import AMQPBridge
import Glibc
import Ledger
import Logging
import Measure

/// One ledger that is filled further and further, and measured on the way.
final class GrowthBench {
    private static let batchSize = 64
    private static let fillSize = 5000

    private let ledger: EventLedger
    private let ids: OrderIDs
    private var stored: [String] = []

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

    /// Fills up to that many orders, then measures.
    func line(at size: Int, events: Int) async throws -> String {
        try await fill(to: size)
        // What the filling wrote goes to the disk now, not while others are measured.
        sync()
        let batches = (0..<(events + Self.batchSize - 1) / Self.batchSize).map { _ in batch() }
        let ledger = ledger
        var latencies: [Duration] = []
        let measured = try await Measured.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ledger.run(publishingTo: Confirming()) }
                for batch in batches {
                    let start = ContinuousClock.now
                    for case .failed(let error) in try await ledger.handle(batch) { throw error }
                    latencies.append(.now - start)
                }
                await ledger.drain(until: .now + .seconds(60))
                group.cancelAll()
            }
        }
        guard try await ledger.outboxState.waiting == 0 else { throw Wrong(description: "the outbox is not empty") }
        return measured.line(
            case: "ledger-\(ids.rawValue)-\(size)", who: "Ledger", messages: batches.count * Self.batchSize,
            latencies: latencies)
    }

    /// Half of them about new orders, half about any of those that still change.
    private func batch() -> [IncomingEvent] {
        let known = stored.suffix(ids.alive)
        return (0..<Self.batchSize).map { number in
            let id = number % 2 == 0 ? ids.next() : known.randomElement() ?? ids.next()
            if number % 2 == 0 { stored.append(id) }
            return OrderChanged(orderID: id, total: number).incoming
        }
    }

    private func fill(to size: Int) async throws {
        while stored.count < size {
            let events = (0..<min(Self.fillSize, size - stored.count)).map { _ in
                OrderChanged(orderID: ids.next(), total: 1).incoming
            }
            stored += events.map(\.context.metadata.subject)
            try await ledger.write { transaction in
                for event in events {
                    guard let change = event.event as? OrderChanged else { continue }
                    try OrderTable.store(change, in: transaction)
                    try transaction.record(event.context, .handled)
                }
            }
        }
    }
}
