-- migration heard-1
CREATE TABLE heard (
    number INTEGER PRIMARY KEY,
    order_id TEXT,
    event TEXT NOT NULL,
    source TEXT NOT NULL
);

-- migration orders-1
CREATE TABLE orders (
    number INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    begun_at INTEGER,
    changed_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    pieces INTEGER,
    total INTEGER,
    currency TEXT
);

-- migration pace-1
CREATE TABLE placed (start INTEGER PRIMARY KEY, orders INTEGER NOT NULL);
CREATE TABLE shipped (
    start INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (start, milliseconds)
);
