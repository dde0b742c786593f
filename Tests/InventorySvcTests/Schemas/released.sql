-- migration stock-1
CREATE TABLE stock (
    sku TEXT PRIMARY KEY,
    on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
    taken INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0)
);
CREATE TABLE adjustments (
    adjustment INTEGER PRIMARY KEY,
    sku TEXT NOT NULL REFERENCES stock (sku),
    amount INTEGER NOT NULL,
    reason TEXT NOT NULL,
    time INTEGER NOT NULL
);
CREATE TABLE decisions (
    order_id TEXT PRIMARY KEY,
    decision TEXT NOT NULL,
    time INTEGER NOT NULL
);

-- migration stock-2
ALTER TABLE stock ADD COLUMN low_below INTEGER NOT NULL DEFAULT 5;
ALTER TABLE decisions ADD COLUMN pieces TEXT;
UPDATE decisions SET pieces = '{}' WHERE decision <> 'taken';
CREATE INDEX adjustments_sku ON adjustments (sku, adjustment);
