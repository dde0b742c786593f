import AMQPBridge
import GRDB

/// The smallest write there is: it shows whether writing works again after it did not.
enum Probe {
    static let migration = Migration(
        "ledger-probe-1", ["CREATE TABLE ledger_probe (id INTEGER PRIMARY KEY, written_at INTEGER NOT NULL)"])

    static func write(at now: RFC3339Time, in database: Database) throws {
        try database.run(
            """
            INSERT INTO ledger_probe (id, written_at) VALUES (1, ?)
                ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at
            """,
            .int(now.milliseconds))
    }
}
