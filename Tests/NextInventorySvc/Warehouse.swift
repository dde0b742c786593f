import AMQPBridge
import Ledger
import ShopEvents

/// Where an order's pieces were taken from: what is new in this version.
enum Warehouse {
    static let only = "main"

    static let migrations = [
        Migration("stock-3", ["ALTER TABLE decisions ADD COLUMN warehouse TEXT NOT NULL DEFAULT '\(only)'"])
    ]

    /// The inventory's news, with the warehouse that stands in the order's row.
    static func naming(_ event: any Event, in transaction: LedgerTransaction) throws -> any Event {
        guard let event = event as? InventoryUpdated else { return event }
        let row = try transaction.first("SELECT warehouse FROM decisions WHERE order_id = ?", .text(event.orderID))
        return InventoryUpdatedFrom(warehouse: try row?.text("warehouse") ?? only, updated: event)
    }
}

/// The same event with one more field: who does not know it reads past it, so the major version stays.
struct InventoryUpdatedFrom: Event {
    static let type = InventoryUpdated.type
    static let routingKey = InventoryUpdated.routingKey

    var warehouse: String
    var updated: InventoryUpdated

    var subject: String { updated.subject }

    init(warehouse: String, updated: InventoryUpdated) {
        self.warehouse = warehouse
        self.updated = updated
    }

    enum CodingKeys: String, CodingKey {
        case warehouse
    }

    func encode(to encoder: any Encoder) throws {
        try updated.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(warehouse, forKey: .warehouse)
    }

    init(from decoder: any Decoder) throws {
        updated = try InventoryUpdated(from: decoder)
        warehouse = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .warehouse)
    }
}
