-- migration orders-1
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    reasons TEXT NOT NULL,
    carrier TEXT,
    tracking_number TEXT,
    placed_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX orders_placed_at ON orders (placed_at, order_id);
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
);

-- migration orders-2
ALTER TABLE orders ADD COLUMN cancel_reason TEXT;
ALTER TABLE orders ADD COLUMN created INTEGER NOT NULL DEFAULT 1;
UPDATE orders SET created = 0 WHERE status = 'rejected' AND EXISTS
    (SELECT 1 FROM order_history AS h
     WHERE h.order_id = orders.order_id AND h.entry = 1 AND h.status = 'rejected');

-- migration orders-idempotency-1
CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    order_id TEXT NOT NULL,
    time INTEGER NOT NULL
);
CREATE INDEX idempotency_keys_time ON idempotency_keys (time);
