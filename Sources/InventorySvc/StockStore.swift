import AMQPBridge
import Ledger

/// The stock and every change made to it by hand. It holds the tables of `DecisionStore`, too.
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
            ]),
        Migration(
            "stock-2",
            [
                "ALTER TABLE stock ADD COLUMN low_below INTEGER NOT NULL DEFAULT \(StockRules.defaultThreshold)",
                // Null: taken before it was recorded what.
                "ALTER TABLE decisions ADD COLUMN pieces TEXT",
                "UPDATE decisions SET pieces = '{}' WHERE decision <> 'taken'",
                "CREATE INDEX adjustments_sku ON adjustments (sku, adjustment)",
            ]),
    ]

    struct Item: Sendable, Equatable {
        var sku: String
        var onHand: Int
        var taken: Int
        /// It is low when fewer are on hand.
        var lowBelow: Int
    }

    /// A change made by hand.
    struct Adjustment: Sendable, Equatable {
        var amount: Int
        var reason: String
        /// Milliseconds since 1970.
        var time: Int64
    }

    let transaction: LedgerTransaction

    func list() throws -> [Item] { try transaction.query("SELECT * FROM stock ORDER BY sku").map(Self.item) }

    func find(_ sku: String) throws -> Item? {
        try transaction.first("SELECT * FROM stock WHERE sku = ?", .text(sku)).map(Self.item)
    }

    // MARK: By hand

    /// Sets what is on hand, and records the difference as an adjustment with its reason.
    ///
    /// - Parameter lowBelow: the new threshold; nil leaves it.
    func set(_ sku: String, onHand: Int, lowBelow: Int? = nil, reason: String) throws -> Item {
        let known = try find(sku)
        if known == nil { try transaction.execute("INSERT INTO stock (sku, on_hand) VALUES (?, 0)", .text(sku)) }
        let lowBelow = lowBelow ?? known?.lowBelow ?? StockRules.defaultThreshold
        try transaction.execute(
            "UPDATE stock SET on_hand = ?, low_below = ? WHERE sku = ?", SQLValue(onHand), SQLValue(lowBelow),
            .text(sku))
        try transaction.execute(
            "INSERT INTO adjustments (sku, amount, reason, time) VALUES (?, ?, ?, ?)", .text(sku),
            SQLValue(onHand - (known?.onHand ?? 0)), .text(reason), .int(RFC3339Time.now.milliseconds))
        return Item(sku: sku, onHand: onHand, taken: known?.taken ?? 0, lowBelow: lowBelow)
    }

    /// The last ones, newest first.
    func adjustments(of sku: String, limit: Int) throws -> [Adjustment] {
        try transaction.query(
            "SELECT amount, reason, time FROM adjustments WHERE sku = ? ORDER BY adjustment DESC LIMIT ?", .text(sku),
            SQLValue(limit)
        ).map { row in
            Adjustment(
                amount: try row.int("amount"), reason: try row.text("reason"), time: Int64(try row.int("time")))
        }
    }

    // MARK: By orders

    /// - Parameter amount: below zero: put back.
    func take(_ amount: Int, of sku: String) throws {
        try transaction.execute(
            "UPDATE stock SET on_hand = on_hand - ?, taken = taken + ? WHERE sku = ?", SQLValue(amount),
            SQLValue(amount), .text(sku))
    }

    static func item(_ row: SQLRow) throws -> Item {
        Item(
            sku: try row.text("sku"), onHand: try row.int("on_hand"), taken: try row.int("taken"),
            lowBelow: try row.int("low_below"))
    }
}
