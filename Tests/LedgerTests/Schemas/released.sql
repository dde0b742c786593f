-- migration ledger-inbox-1
CREATE TABLE inbox (
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (source, event_id)
) WITHOUT ROWID;
CREATE INDEX inbox_received_at ON inbox (received_at);

-- migration ledger-inbox-2
ALTER TABLE inbox RENAME TO inbox_1;
CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    key TEXT NOT NULL DEFAULT '',
    event TEXT NOT NULL DEFAULT '',
    causation_id TEXT,
    emitted_at INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 1,
    UNIQUE (source, event_id)
);
INSERT INTO inbox (source, event_id, received_at, emitted_at)
    SELECT source, event_id, received_at, received_at FROM inbox_1 ORDER BY received_at;
DROP TABLE inbox_1;
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX inbox_key ON inbox (key);

-- migration ledger-failures-1
CREATE TABLE inbox_failures (
    seq INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    key TEXT NOT NULL,
    event TEXT NOT NULL,
    causation_id TEXT,
    emitted_at INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX inbox_failures_failed_at ON inbox_failures (failed_at);
CREATE INDEX inbox_failures_key ON inbox_failures (key, event_id);

-- migration ledger-outbox-1
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
);
CREATE INDEX outbox_key ON outbox (key, seq);

-- migration ledger-outbox-2
DROP INDEX outbox_key;
ALTER TABLE outbox RENAME TO outbox_1;
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
);
INSERT INTO outbox
    (seq, event_id, type, key, routing_key, audience, correlation_id, source, time, attempts,
    last_error, content_type, body)
    SELECT seq, event_id, type, key, routing_key, audience, correlation_id, source, time, attempts,
        last_error, content_type, body FROM outbox_1;
DROP TABLE outbox_1;
UPDATE outbox SET next_at = 0 WHERE seq IN (SELECT MIN(seq) FROM outbox GROUP BY key);
CREATE INDEX outbox_key ON outbox (key, parked, seq);
CREATE INDEX outbox_due ON outbox (next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_parked ON outbox (seq) WHERE parked = 1;

-- migration ledger-outbox-3
DROP INDEX outbox_key;
DROP INDEX outbox_due;
DROP INDEX outbox_parked;
ALTER TABLE outbox RENAME TO outbox_2;
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
);
INSERT INTO outbox SELECT * FROM outbox_2 ORDER BY seq;
DROP TABLE outbox_2;
CREATE INDEX outbox_key ON outbox (key, parked, seq);
CREATE INDEX outbox_due ON outbox (next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_parked ON outbox (seq) WHERE parked = 1;

-- migration ledger-probe-1
CREATE TABLE ledger_probe (id INTEGER PRIMARY KEY, written_at INTEGER NOT NULL);
