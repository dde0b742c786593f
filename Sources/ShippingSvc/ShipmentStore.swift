import AMQPBridge
import Ledger

/// Shipments in the ledger's database.
struct ShipmentStore {
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
            ])
    ]

    let transaction: LedgerTransaction

    /// False when the order was shipped before.
    func insert(_ shipment: Shipment) throws -> Bool {
        try transaction.execute(
            """
            INSERT INTO shipments (order_id, carrier, tracking_number, time) VALUES (?, ?, ?, ?)
            ON CONFLICT (order_id) DO NOTHING
            """,
            .text(shipment.orderID), .text(shipment.carrier), .text(shipment.trackingNumber),
            .int(RFC3339Time.now.milliseconds)) == 1
    }
}
