import AMQPBridge
import Ledger

// What each service does in its transaction.
extension Role {
    var migrations: [Migration] {
        switch self {
        case .order: [Migration("chain-1", ["CREATE TABLE orders (id TEXT PRIMARY KEY, sku TEXT, quantity INTEGER)"])]
        case .inventory:
            [
                Migration(
                    "chain-1",
                    [
                        "CREATE TABLE stock (sku TEXT PRIMARY KEY, on_hand INTEGER)",
                        "INSERT INTO stock VALUES ('MUG', 1000000000)",
                    ])
            ]
        case .shipping: [Migration("chain-1", ["CREATE TABLE shipments (id TEXT PRIMARY KEY, ship_to TEXT)"])]
        case .notify: [Migration("chain-1", ["CREATE TABLE notifications (id TEXT PRIMARY KEY, email TEXT)"])]
        }
    }

    func register(on ledger: EventLedger) {
        ledger.on(OrderCreated.self) { event, transaction in
            try transaction.execute(
                "UPDATE stock SET on_hand = on_hand - ? WHERE sku = ?", SQLValue(event.order.quantity),
                .text(event.order.sku))
            return [InventoryUpdated(order: event.order)]
        }
        ledger.on(InventoryUpdated.self) { event, transaction in
            try transaction.execute(
                "INSERT INTO shipments (id, ship_to) VALUES (?, ?)", .text(event.order.orderID),
                .text(event.order.shipTo))
            return [ShippingStarted(order: event.order)]
        }
        ledger.on(ShippingStarted.self) { event, transaction in
            try transaction.execute(
                "INSERT INTO notifications (id, email) VALUES (?, ?)", .text(event.order.orderID),
                .text(event.order.customer.email))
            return []
        }
    }
}
