import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import OrderSvc

/// The order service's handlers over a real ledger, for one test.
struct OrderDesk {
    static let customer = Customer(name: "Ann", email: "ann@example.com")
    static let lines = [OrderLine(sku: "MUG", quantity: 2)]

    let ledger: EventLedger

    static func open(
        _ migrations: [Migration] = OrderStore.migrations + IdempotencyStore.migrations,
        _ body: (OrderDesk) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "orders-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await open(at: folder + "/order.db", migrations, body)
    }

    static func open(
        at path: String, _ migrations: [Migration] = OrderStore.migrations + IdempotencyStore.migrations,
        _ body: (OrderDesk) async throws -> Void
    ) async throws {
        let ledger = try EventLedger(
            path: path, migrations: migrations, encoder: EventEncoder(source: "/shop/order"),
            logger: Logger(label: "test"))
        OrderHandlers.register(on: ledger)
        try await body(OrderDesk(ledger: ledger))
        try ledger.close()
    }

    static func place(_ id: String) -> PlaceOrder {
        PlaceOrder(orderID: id, customer: customer, shipTo: "Here 1", lines: lines)
    }

    static func taken(_ id: String) -> InventoryUpdated {
        InventoryUpdated(orderID: id, customer: customer, shipTo: "Here 1", lines: lines)
    }

    static func refused(_ id: String) -> InventoryRejected {
        InventoryRejected(orderID: id, shortages: [.init(sku: "MUG", wanted: 2, available: nil)])
    }

    static func started(_ id: String) -> ShippingStarted {
        ShippingStarted(
            orderID: id, customer: customer, shipTo: "Here 1", carrier: "C", trackingNumber: "T", lines: lines)
    }

    /// Each under an event id of its own: it is the order's state that must make a repetition harmless.
    func tell(_ events: any Event...) async throws {
        for event in events {
            for result in try await ledger.handle([Self.incoming(event)]) {
                if case .failed(let error) = result { Issue.record("\(error)") }
            }
        }
    }

    func failure(of event: any Event) async throws -> (any ClassifiedError)? {
        guard case .failed(let error)? = try await ledger.handle([Self.incoming(event)]).first else { return nil }
        return error as? any ClassifiedError
    }

    private static func incoming(_ event: some Event) -> IncomingEvent {
        let metadata = EventMetadata(
            source: "/test", type: type(of: event).type, subject: event.subject, correlationID: event.subject)
        return IncomingEvent(
            event: event, context: EventContext(metadata: metadata, routingKey: type(of: event).routingKey))
    }

    func order(_ id: String) async throws -> Order {
        try #require(try await ledger.read { try OrderStore(transaction: $0).find(id) })
    }

    /// What was heard of an order, in turn.
    func story(_ id: String) async throws -> [String] {
        try await ledger.read { try OrderStore(transaction: $0).history(of: id) }.map { "\($0.event) \($0.status)" }
    }

    /// What was said of an order, in turn.
    func said(_ id: String) async throws -> [String] {
        try await ledger.read { transaction in
            try transaction.query("SELECT routing_key FROM outbox WHERE key = ? ORDER BY seq", .text(id)).map {
                try $0.text("routing_key")
            }
        }
    }

    /// The data of what was said under this key, in turn.
    func data<E: Event>(_ type: E.Type, _ id: String) async throws -> [E] {
        let bodies = try await ledger.read { transaction in
            try transaction.query(
                "SELECT body FROM outbox WHERE key = ? AND routing_key = ? ORDER BY seq", .text(id),
                .text(E.routingKey.rawValue)
            ).map { try $0.bytes("body") }
        }
        return try bodies.compactMap { try CloudEventsCodec().decode($0, as: [E.type: E.self]).1 as? E }
    }
}
