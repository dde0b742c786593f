PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('ledger-inbox-1');
INSERT INTO "grdb_migrations" VALUES('ledger-outbox-1');
INSERT INTO "grdb_migrations" VALUES('mails-1');
CREATE TABLE inbox (
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (source, event_id)
) WITHOUT ROWID;
CREATE TABLE mails (
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    event_id TEXT NOT NULL,
    state TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, kind)
);
INSERT INTO "mails" VALUES('01a22b66-0439-7ef7-a809-a11d0a39729b','order.created','01a22b66-0445-77a2-b8a6-522c84fd0048','sent',1796024435812);
INSERT INTO "mails" VALUES('01a22b66-0439-7ef7-a809-a11d0a39729b','shipping.started','01a22b66-046f-73a0-abf8-17a892e0fc79','sent',1796024435858);
INSERT INTO "mails" VALUES('01a22b66-04e8-72c8-b090-7fdf8cdbc79a','order.created','01a22b66-04f0-767e-9722-876dfd6872fe','sent',1796024435978);
INSERT INTO "mails" VALUES('01a22b66-04e8-72c8-b090-7fdf8cdbc79a','shipping.started','01a22b66-050d-7c44-a036-7c3def6ac4f1','sent',1796024435998);
INSERT INTO "mails" VALUES('01a22b66-4af6-71d2-a6e3-805c46ccb1de','order.created','01a22b66-4b08-7b5b-aa21-738a9c6be458','sent',1796024453954);
INSERT INTO "mails" VALUES('01a22b66-4af8-7827-9e26-8b078ab871e4','order.created','01a22b66-4b13-7f1d-94e9-2cc08deebfc6','sent',1796024453960);
INSERT INTO "mails" VALUES('01a22b66-4af8-7f9a-a97d-06f7970ac478','order.created','01a22b66-4b12-70fd-8ead-d905d714a10e','sent',1796024453984);
INSERT INTO "mails" VALUES('01a22b66-4af8-7827-9e26-8b078ab871e4','shipping.started','01a22b66-4b43-7d98-ad99-d9798bceb75a','sent',1796024453995);
INSERT INTO "mails" VALUES('01a22b66-4af6-71d2-a6e3-805c46ccb1de','shipping.started','01a22b66-4b42-729f-97f6-f762c76fcb7c','sent',1796024454011);
INSERT INTO "mails" VALUES('01a22b66-4af8-7f9a-a97d-06f7970ac478','shipping.started','01a22b66-4b42-7eb9-a924-02ddfc4a6afe','sent',1796024454024);
INSERT INTO "mails" VALUES('01a22b66-4c14-7cb9-a512-0acf32f88e88','order.created','01a22b66-4c22-7856-b134-4fd8caf0ac9a','sent',1796024454200);
INSERT INTO "mails" VALUES('01a22b66-4c14-7cb9-a512-0acf32f88e88','order.rejected','01a22b66-4c3e-7f6a-9e99-5da98ff176a9','sent',1796024454234);
INSERT INTO "mails" VALUES('01a22b66-4d16-79fb-8b63-6cde92399dfc','order.created','01a22b66-4d1d-796e-9a56-7fb2af5e2f12','sent',1796024454464);
INSERT INTO "mails" VALUES('01a22b66-4d16-79fb-8b63-6cde92399dfc','order.rejected','01a22b66-4d3a-73ea-ba0d-782d2fc994b4','sent',1796024454483);
INSERT INTO "mails" VALUES('8084a89d-49b9-47b5-a2b8-5e50f1b1f4a0','order.rejected','01a22b66-4f06-79d2-b63d-7fe95fd34f18','sent',1796024454942);
INSERT INTO "mails" VALUES('01a22b66-550c-71b5-97f0-e144a662f849','order.created','01a22b66-5521-7fe0-8d4c-d85e5653099c','sending',1796024456493);
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
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX outbox_key ON outbox (key, seq);
DELETE FROM "sqlite_sequence";
COMMIT;
