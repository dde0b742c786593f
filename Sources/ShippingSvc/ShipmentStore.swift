import AMQPBridge
import Ledger
import ShopEvents

/// What became of each order here, shipped or cancelled, in the ledger's database.
struct ShipmentStore {
    typealias State = AuditRecord.Shipment.State

    static let migrations = [
        Migration(
            "shipments-1",
            [
                """
                CREATE TABLE shipments (
                    order_id TEXT PRIMARY KEY,
                    carrier TEXT NOT NULL,
                    tracking_number TEXT NOT NULL,
                    time INTEGER NOT NULL
                )
                """
            ]),
        Migration("shipments-2", ["ALTER TABLE shipments ADD COLUMN state TEXT NOT NULL DEFAULT 'shipped'"]),
    ]

    let transaction: LedgerTransaction

    /// False when the order was decided before: shipped, or cancelled.
    func insert(_ shipment: Shipment) throws -> Bool {
        try decide(.shipped, shipment.orderID, shipment.carrier, shipment.trackingNumber)
    }

    /// Cancels the order unless it is shipped, and says which of both it is. An order that has never been seen is
    /// cancelled, too: then a shipment without carrier and number stands for it.
    func cancel(_ orderID: String) throws -> State {
        if try decide(.cancelled, orderID, "", "") { return .cancelled }
        let row = try transaction.first("SELECT state FROM shipments WHERE order_id = ?", .text(orderID))
        guard let state = try row.flatMap({ State(rawValue: try $0.text("state")) }) else {
            throw LedgerError.unexpectedValue(column: "state")
        }
        return state
    }

    /// The first decision on an order is the last one: the primary key sees to that.
    private func decide(_ state: State, _ orderID: String, _ carrier: String, _ number: String) throws -> Bool {
        try transaction.execute(
            """
            INSERT INTO shipments (order_id, carrier, tracking_number, time, state) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (order_id) DO NOTHING
            """,
            .text(orderID), .text(carrier), .text(number), .int(RFC3339Time.now.milliseconds),
            .text(state.rawValue)) == 1
    }
}
