import AMQPBridge
import Ledger

/// Stock, what was decided for each order, and every change made by hand.
///
/// For each product the sum of its adjustments is `on_hand + taken`, always.
struct StockStore {
    static let migrations = [
        Migration(
            "stock-1",
            [
                """
                CREATE TABLE stock (
                    sku TEXT PRIMARY KEY,
                    on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
                    taken INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0)
                )
                """,
                """
                CREATE TABLE adjustments (
                    adjustment INTEGER PRIMARY KEY,
                    sku TEXT NOT NULL REFERENCES stock (sku),
                    amount INTEGER NOT NULL,
                    reason TEXT NOT NULL,
                    time INTEGER NOT NULL
                )
                """,
                """
                CREATE TABLE decisions (
                    order_id TEXT PRIMARY KEY,
                    decision TEXT NOT NULL,
                    time INTEGER NOT NULL
                )
                """,
            ])
    ]

    struct Item: Sendable, Equatable {
        var sku: String
        var onHand: Int
        var taken: Int
    }

    let transaction: LedgerTransaction

    func list() throws -> [Item] {
        try transaction.query("SELECT sku, on_hand, taken FROM stock ORDER BY sku").map(Self.item)
    }

    func find(_ sku: String) throws -> Item? {
        try transaction.first("SELECT sku, on_hand, taken FROM stock WHERE sku = ?", .text(sku)).map(Self.item)
    }

    /// Sets what is on hand, and records the difference as an adjustment with its reason.
    func set(_ sku: String, onHand: Int, reason: String) throws -> Item {
        let known = try find(sku)
        if known == nil { try transaction.execute("INSERT INTO stock (sku, on_hand) VALUES (?, 0)", .text(sku)) }
        try transaction.execute("UPDATE stock SET on_hand = ? WHERE sku = ?", SQLValue(onHand), .text(sku))
        try transaction.execute(
            "INSERT INTO adjustments (sku, amount, reason, time) VALUES (?, ?, ?, ?)", .text(sku),
            SQLValue(onHand - (known?.onHand ?? 0)), .text(reason), .int(RFC3339Time.now.milliseconds))
        return Item(sku: sku, onHand: onHand, taken: known?.taken ?? 0)
    }

    func take(_ amount: Int, of sku: String) throws {
        try transaction.execute(
            "UPDATE stock SET on_hand = on_hand - ?, taken = taken + ? WHERE sku = ?", SQLValue(amount),
            SQLValue(amount), .text(sku))
    }

    /// True when this order was decided before, whatever event brought it.
    func isDecided(_ orderID: String) throws -> Bool {
        try transaction.first("SELECT decision FROM decisions WHERE order_id = ?", .text(orderID)) != nil
    }

    func recordDecision(_ decision: String, on orderID: String) throws {
        try transaction.execute(
            "INSERT INTO decisions (order_id, decision, time) VALUES (?, ?, ?)", .text(orderID), .text(decision),
            .int(RFC3339Time.now.milliseconds))
    }

    private static func item(_ row: SQLRow) throws -> Item {
        Item(sku: try row.text("sku"), onHand: try row.int("on_hand"), taken: try row.int("taken"))
    }
}
