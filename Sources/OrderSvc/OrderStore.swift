import AMQPBridge
import Ledger
import ShopEvents

/// Orders and their stories in the ledger's database.
struct OrderStore {
    static let migrations = [
        Migration(
            "orders-1",
            [
                """
                CREATE TABLE orders (
                    order_id TEXT PRIMARY KEY,
                    status TEXT NOT NULL,
                    request TEXT NOT NULL,
                    reasons TEXT NOT NULL,
                    carrier TEXT,
                    tracking_number TEXT,
                    placed_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL
                )
                """,
                "CREATE INDEX orders_placed_at ON orders (placed_at, order_id)",
                """
                CREATE TABLE order_history (
                    order_id TEXT NOT NULL REFERENCES orders (order_id),
                    entry INTEGER NOT NULL,
                    time INTEGER NOT NULL,
                    status TEXT NOT NULL,
                    event TEXT NOT NULL,
                    event_id TEXT NOT NULL,
                    source TEXT NOT NULL,
                    causation_id TEXT,
                    PRIMARY KEY (order_id, entry)
                )
                """,
            ]),
        Migration(
            "orders-2",
            [
                "ALTER TABLE orders ADD COLUMN cancel_reason TEXT",
                // Whether `order.created` was emitted: until now for every order but those that were rejected at once.
                "ALTER TABLE orders ADD COLUMN created INTEGER NOT NULL DEFAULT 1",
                """
                UPDATE orders SET created = 0 WHERE status = 'rejected' AND EXISTS
                    (SELECT 1 FROM order_history AS h
                     WHERE h.order_id = orders.order_id AND h.entry = 1 AND h.status = 'rejected')
                """,
            ]),
    ]
    /// A tombstone's request: an order of which only the cancellation is known.
    private static let noRequest = ""
    /// An order that is told something for ever must not fill the disk; what it is told then still has its effect.
    private static let maxEntries = 1000

    let transaction: LedgerTransaction

    func find(_ id: String) throws -> Order? {
        try transaction.first("SELECT * FROM orders WHERE order_id = ?", .text(id)).map(Self.order)
    }

    /// The command this order was made from, to tell a repetition from another order under the same id; nil for a
    /// tombstone.
    func request(of id: String) throws -> String? {
        let request = try transaction.first("SELECT request FROM orders WHERE order_id = ?", .text(id))?.text("request")
        return request == Self.noRequest ? nil : request
    }

    /// A page of orders, newest first, that come after `last` in that order; nil: from the newest on.
    func page(after last: OrderCursor?, status: OrderStatus?, limit: Int) throws -> [Order] {
        try transaction.query(
            """
            SELECT * FROM orders
            WHERE (placed_at, order_id) < (?, ?) AND (? IS NULL OR status = ?)
            ORDER BY placed_at DESC, order_id DESC LIMIT ?
            """,
            .int(last?.placedAt ?? .max), .text(last?.orderID ?? ""), SQLValue(status?.rawValue),
            SQLValue(status?.rawValue), SQLValue(limit)
        ).map(Self.order)
    }

    func insert(_ command: PlaceOrder, status: OrderStatus, reasons: [String], at now: RFC3339Time) throws {
        try transaction.execute(
            """
            INSERT INTO orders (order_id, status, request, reasons, created, placed_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            .text(command.orderID), .text(status.rawValue), .text(try Self.canonical(command)),
            .text(try Self.json(reasons)), status == .placed ? 1 : 0, .int(now.milliseconds), .int(now.milliseconds))
    }

    /// Stores an order as cancelled of which nothing else is known.
    func insertTombstone(_ id: String, reason: String, at now: RFC3339Time) throws {
        try transaction.execute(
            """
            INSERT INTO orders (order_id, status, request, reasons, cancel_reason, created, placed_at, updated_at)
            VALUES (?, ?, ?, ?, ?, 0, ?, ?)
            """,
            .text(id), .text(OrderStatus.cancelled.rawValue), .text(Self.noRequest),
            .text(try Self.json(reason.isEmpty ? [] : [reason])), .text(reason), .int(now.milliseconds),
            .int(now.milliseconds))
    }

    /// The order of a tombstone has come; its status stays.
    func fillTombstone(with command: PlaceOrder, at now: RFC3339Time) throws {
        try transaction.execute(
            "UPDATE orders SET request = ?, placed_at = ?, updated_at = ? WHERE order_id = ?",
            .text(try Self.canonical(command)), .int(now.milliseconds), .int(now.milliseconds),
            .text(command.orderID))
    }

    func update(_ order: Order, at now: RFC3339Time) throws {
        try transaction.execute(
            """
            UPDATE orders
            SET status = ?, reasons = ?, cancel_reason = ?, carrier = ?, tracking_number = ?, updated_at = ?
            WHERE order_id = ?
            """,
            .text(order.status.rawValue), .text(try Self.json(order.reasons)), SQLValue(order.cancelReason),
            SQLValue(order.carrier), SQLValue(order.trackingNumber), .int(now.milliseconds), .text(order.id))
    }

    // MARK: History

    /// Writes into an order's story what it was told, by whom, and where it stands now. Nobody: nothing is written.
    func append(to id: String, status: OrderStatus, event: RoutingKey, _ metadata: EventMetadata?, at now: RFC3339Time)
        throws
    {
        guard let metadata else { return }
        let row = try transaction.first(
            "SELECT COALESCE(MAX(entry), 0) AS last FROM order_history WHERE order_id = ?", .text(id))
        let last = try row?.int("last") ?? 0
        guard last < Self.maxEntries else { return }
        try transaction.execute(
            """
            INSERT INTO order_history (order_id, entry, time, status, event, event_id, source, causation_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(id), SQLValue(last + 1), .int(now.milliseconds), .text(status.rawValue),
            .text(event.rawValue), .text(metadata.id), .text(metadata.source), SQLValue(metadata.causationID))
    }

    /// - Parameter last: only what came behind the entry of this number; they count from 1, without gaps.
    func history(of id: String, after last: Int = 0) throws -> [Order.Entry] {
        try transaction.query(
            "SELECT * FROM order_history WHERE order_id = ? AND entry > ? ORDER BY entry", .text(id), SQLValue(last)
        ).map { row in
            Order.Entry(
                time: Int64(try row.int("time")), status: try Self.status(row), event: try row.text("event"),
                eventID: try row.text("event_id"), source: try row.text("source"),
                causationID: try row.optionalText("causation_id"))
        }
    }

    // MARK: Values

    /// The command as JSON that is the same for the same command.
    static func canonical(_ command: PlaceOrder) throws -> String { try json(command) }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try PlainJSON.encode(value, sorted: true), as: UTF8.self)
    }

    private static func status(_ row: SQLRow) throws -> OrderStatus {
        guard let status = OrderStatus(rawValue: try row.text("status")) else {
            throw LedgerError.unexpectedValue(column: "status")
        }
        return status
    }

    private static func order(_ row: SQLRow) throws -> Order {
        let request = try row.text("request")
        let command = request == noRequest ? nil : try PlainJSON.decode(PlaceOrder.self, from: Array(request.utf8))
        return Order(
            id: try row.text("order_id"), status: try status(row), customer: command?.customer,
            shipTo: command?.shipTo ?? "", currency: command?.currency ?? "", lines: command?.lines ?? [],
            reasons: try PlainJSON.decode([String].self, from: try row.bytes("reasons")),
            cancelReason: try row.optionalText("cancel_reason"), carrier: try row.optionalText("carrier"),
            trackingNumber: try row.optionalText("tracking_number"), placedAt: Int64(try row.int("placed_at")),
            updatedAt: Int64(try row.int("updated_at")))
    }
}
