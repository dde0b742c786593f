-- migration shipments-1
CREATE TABLE shipments (
    order_id TEXT PRIMARY KEY,
    carrier TEXT NOT NULL,
    tracking_number TEXT NOT NULL,
    time INTEGER NOT NULL
);

-- migration shipments-2
ALTER TABLE shipments ADD COLUMN state TEXT NOT NULL DEFAULT 'shipped';
