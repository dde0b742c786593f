import AMQPBridge
import Ledger
import ShopEvents

/// What was decided about the stock of each order, once; its tables are the stock's.
struct DecisionStore {
    typealias Outcome = AuditRecord.Decision.Outcome

    struct Decision: Equatable {
        var outcome: Outcome
        /// Taken by product, also when they were put back; nil when it was decided before that was recorded.
        var pieces: [String: Int]?
    }

    let transaction: LedgerTransaction

    /// Nil when nothing has been decided, whatever events have come.
    func find(_ orderID: String) throws -> Decision? {
        try transaction.first("SELECT decision, pieces FROM decisions WHERE order_id = ?", .text(orderID)).map(
            Self.decision)
    }

    func insert(_ outcome: Outcome, pieces: [String: Int] = [:], on orderID: String) throws {
        try transaction.execute(
            "INSERT INTO decisions (order_id, decision, pieces, time) VALUES (?, ?, ?, ?)", .text(orderID),
            .text(outcome.rawValue), .text(String(decoding: try PlainJSON.encode(pieces), as: UTF8.self)),
            .int(RFC3339Time.now.milliseconds))
    }

    func markReleased(_ orderID: String) throws {
        try transaction.execute(
            "UPDATE decisions SET decision = ?, time = ? WHERE order_id = ?", .text(Outcome.released.rawValue),
            .int(RFC3339Time.now.milliseconds), .text(orderID))
    }

    static func decision(_ row: SQLRow) throws -> Decision {
        guard let outcome = Outcome(rawValue: try row.text("decision")) else {
            throw LedgerError.unexpectedValue(column: "decision")
        }
        let pieces = try row.optionalText("pieces").map {
            try PlainJSON.decode([String: Int].self, from: Array($0.utf8))
        }
        return Decision(outcome: outcome, pieces: pieces)
    }
}
