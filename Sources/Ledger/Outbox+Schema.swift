extension Outbox {
    static let migrations = [
        Migration(
            "ledger-outbox-1",
            [
                """
                CREATE TABLE outbox (
                    seq INTEGER PRIMARY KEY AUTOINCREMENT,
                    event_id TEXT NOT NULL UNIQUE,
                    type TEXT NOT NULL,
                    key TEXT NOT NULL,
                    routing_key TEXT NOT NULL,
                    audience TEXT NOT NULL,
                    correlation_id TEXT NOT NULL,
                    source TEXT NOT NULL,
                    time INTEGER NOT NULL,
                    content_type TEXT NOT NULL,
                    body BLOB NOT NULL,
                    attempts INTEGER NOT NULL DEFAULT 0,
                    next_at INTEGER NOT NULL DEFAULT 0,
                    last_error TEXT
                )
                """,
                "CREATE INDEX outbox_key ON outbox (key, seq)",
            ]),
        // Heads, parked rows, causes; the body last, so that nothing has to be read past it.
        Migration(
            "ledger-outbox-2",
            [
                "DROP INDEX outbox_key",
                "ALTER TABLE outbox RENAME TO outbox_1",
                """
                CREATE TABLE outbox (
                    seq INTEGER PRIMARY KEY AUTOINCREMENT,
                    event_id TEXT NOT NULL UNIQUE,
                    type TEXT NOT NULL,
                    key TEXT NOT NULL,
                    routing_key TEXT NOT NULL,
                    audience TEXT NOT NULL,
                    correlation_id TEXT NOT NULL,
                    causation_id TEXT,
                    source TEXT NOT NULL,
                    time INTEGER NOT NULL,
                    attempts INTEGER NOT NULL DEFAULT 0,
                    next_at INTEGER,
                    last_error TEXT,
                    parked INTEGER NOT NULL DEFAULT 0,
                    content_type TEXT NOT NULL,
                    body BLOB NOT NULL
                )
                """,
                """
                INSERT INTO outbox
                    (seq, event_id, type, key, routing_key, audience, correlation_id, source, time, attempts,
                    last_error, content_type, body)
                    SELECT seq, event_id, type, key, routing_key, audience, correlation_id, source, time, attempts,
                        last_error, content_type, body FROM outbox_1
                """,
                "DROP TABLE outbox_1",
                "UPDATE outbox SET next_at = 0 WHERE seq IN (SELECT MIN(seq) FROM outbox GROUP BY key)",
                "CREATE INDEX outbox_key ON outbox (key, parked, seq)",
                "CREATE INDEX outbox_due ON outbox (next_at, seq) WHERE next_at IS NOT NULL",
                "CREATE INDEX outbox_parked ON outbox (seq) WHERE parked = 1",
            ]),
        // Nobody looks for an id but among the few that are parked, and numbers need to grow only among what waits: an index
        // and a page less to write for every event, in and out.
        Migration(
            "ledger-outbox-3",
            [
                "DROP INDEX outbox_key",
                "DROP INDEX outbox_due",
                "DROP INDEX outbox_parked",
                "ALTER TABLE outbox RENAME TO outbox_2",
                """
                CREATE TABLE outbox (
                    seq INTEGER PRIMARY KEY,
                    event_id TEXT NOT NULL,
                    type TEXT NOT NULL,
                    key TEXT NOT NULL,
                    routing_key TEXT NOT NULL,
                    audience TEXT NOT NULL,
                    correlation_id TEXT NOT NULL,
                    causation_id TEXT,
                    source TEXT NOT NULL,
                    time INTEGER NOT NULL,
                    attempts INTEGER NOT NULL DEFAULT 0,
                    next_at INTEGER,
                    last_error TEXT,
                    parked INTEGER NOT NULL DEFAULT 0,
                    content_type TEXT NOT NULL,
                    body BLOB NOT NULL
                )
                """,
                "INSERT INTO outbox SELECT * FROM outbox_2 ORDER BY seq",
                "DROP TABLE outbox_2",
                "CREATE INDEX outbox_key ON outbox (key, parked, seq)",
                "CREATE INDEX outbox_due ON outbox (next_at, seq) WHERE next_at IS NOT NULL",
                "CREATE INDEX outbox_parked ON outbox (seq) WHERE parked = 1",
            ]),
    ]
}
