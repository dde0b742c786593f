import AMQPBridge
import Foundation
import Ledger
import Logging
import Measure
import ShopEvents

/// Batches of new orders through a ledger, and what follows from them out of it again.
struct LedgerWork: Sendable {
    private static let batch = 64

    private let ledger: EventLedger
    private let folder: Folder

    /// Goes with its last user.
    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "parts-bench-\(UUID())").path
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    init() throws {
        folder = Folder()
        ledger = try EventLedger(
            path: "\(folder.path)/bench.db",
            migrations: [
                Migration(
                    "orders-1",
                    ["CREATE TABLE orders (id TEXT PRIMARY KEY, lines INTEGER NOT NULL, at INTEGER NOT NULL)"])
            ],
            encoder: EventEncoder(source: "/bench/orders"), logger: Logger(label: "bench"))
        ledger.on(OrderCreated.self) { event, transaction in
            try transaction.execute(
                "INSERT INTO orders (id, lines, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", .text(event.orderID),
                .int(Int64(event.lines.count)), .int(RFC3339Time.now.milliseconds))
            return [
                InventoryUpdated(
                    orderID: event.orderID, customer: event.customer, shipTo: event.shipTo, lines: event.lines)
            ]
        }
    }

    @Sendable func run(_ count: Int) async throws {
        var left = count
        while left > 0 {
            let events = (0..<min(left, Self.batch)).map { _ in
                let event = Sample.created(UUIDv7().description)
                return IncomingEvent(
                    event: event,
                    context: EventContext(metadata: Sample.metadata(event), routingKey: OrderCreated.routingKey))
            }
            for case .failed(let error) in try await ledger.handle(events) { throw error }
            while try await ledger.sendOnce(to: Confirming()) {}
            left -= events.count
        }
        guard try await ledger.outboxState.waiting == 0 else { throw Wrong(description: "the outbox is not empty") }
    }
}

/// A broker that has everything at once.
private struct Confirming: EventPublisher {
    func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] { events.map { _ in .confirmed } }
}
