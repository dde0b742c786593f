PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('ledger-inbox-1');
INSERT INTO "grdb_migrations" VALUES('ledger-inbox-2');
INSERT INTO "grdb_migrations" VALUES('ledger-failures-1');
INSERT INTO "grdb_migrations" VALUES('ledger-outbox-1');
INSERT INTO "grdb_migrations" VALUES('ledger-outbox-2');
INSERT INTO "grdb_migrations" VALUES('ledger-outbox-3');
INSERT INTO "grdb_migrations" VALUES('ledger-probe-1');
INSERT INTO "grdb_migrations" VALUES('mails-1');
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
INSERT INTO "inbox" VALUES(1,'/shop/order','01a22b68-03c0-7e00-ade0-f1e739be3244',1796024566763,'01a22b68-03a1-775f-bac2-d43cb4620671','order.created','01a22b68-03a1-783c-9295-02bd05c3b4aa',1796024566720,1);
INSERT INTO "inbox" VALUES(2,'/shop/shipping','01a22b68-03ff-7cf2-9925-48ef63115f24',1796024566832,'01a22b68-03a1-775f-bac2-d43cb4620671','shipping.started','01a22b68-03e1-7dab-a63d-b14f19ba732d',1796024566783,1);
INSERT INTO "inbox" VALUES(3,'/shop/order','01a22b68-04e5-7f53-acb0-d698216f01b6',1796024567040,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','order.created','01a22b68-04d8-7830-a39b-71972292e728',1796024567013,1);
INSERT INTO "inbox" VALUES(4,'/shop/shipping','01a22b68-0504-7719-839a-d40d283a494a',1796024567081,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','shipping.started','01a22b68-04f5-72c2-b68c-d6746397d025',1796024567044,1);
INSERT INTO "inbox" VALUES(5,'/shop/order','01a22b68-063e-7a4a-aeff-f635ed89ca26',1796024567407,'01a22b68-062e-7119-a914-b88b71a578a3','order.created','01a22b68-062e-7d58-aa45-ebd47fa02f0a',1796024567358,1);
INSERT INTO "inbox" VALUES(6,'/shop/order','01a22b68-0645-783f-b1e5-249c294bed75',1796024567428,'01a22b68-0630-7548-b607-47a757989e8a','order.created','01a22b68-0630-73b3-8bdf-4bd975c41f67',1796024567365,1);
INSERT INTO "inbox" VALUES(7,'/shop/order','01a22b68-0647-74c5-a378-666c70535466',1796024567430,'01a22b68-0630-7633-869b-a55d0d4f6590','order.created','01a22b68-0630-785e-832c-92e0af6a7ac0',1796024567367,1);
INSERT INTO "inbox" VALUES(8,'/shop/shipping','01a22b68-0676-75e5-becf-d05ac256be85',1796024567486,'01a22b68-062e-7119-a914-b88b71a578a3','shipping.started','01a22b68-065c-7ff1-8a5d-d1d17d6e3413',1796024567414,1);
INSERT INTO "inbox" VALUES(9,'/shop/shipping','01a22b68-068b-7cb8-be52-add2b45fa3d4',1796024567499,'01a22b68-0630-7548-b607-47a757989e8a','shipping.started','01a22b68-0672-7226-bb3e-e88919fe5c79',1796024567435,1);
INSERT INTO "inbox" VALUES(10,'/shop/shipping','01a22b68-068b-73cb-8917-c94553ab749a',1796024567504,'01a22b68-0630-7633-869b-a55d0d4f6590','shipping.started','01a22b68-0674-7ab7-b7b1-ac11bfa2dd73',1796024567435,1);
INSERT INTO "inbox" VALUES(11,'/shop/order','01a22b68-07de-784c-9502-f8068cfc037c',1796024567807,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.created','01a22b68-07d2-77d6-bf3f-2231c7c7b5ce',1796024567774,1);
INSERT INTO "inbox" VALUES(12,'/shop/order','01a22b68-0817-7e5a-8ff6-9b04df0d8411',1796024567850,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.rejected','01a22b68-07f1-78a2-b8cc-dc99525ff7f8',1796024567831,1);
INSERT INTO "inbox" VALUES(13,'/shop/order','01a22b68-093b-76f5-9868-c31b5ea701ef',1796024568147,'01a22b68-0932-731e-bcd0-807ee45962b0','order.created','01a22b68-0933-72cb-ad4a-f86c548b561c',1796024568123,1);
INSERT INTO "inbox" VALUES(14,'/shop/order','01a22b68-0960-7f64-9144-a177e5a4e6aa',1796024568190,'01a22b68-0932-731e-bcd0-807ee45962b0','order.rejected','01a22b68-0957-762e-a8e9-c2eb30c00d7d',1796024568160,1);
INSERT INTO "inbox" VALUES(15,'/shop/order','01a22b68-0be0-7832-b132-1393093287a9',1796024568836,'1864fd45-971b-4f86-9733-925de5112a71','order.rejected','51f013c9-7658-4fc9-84b0-959e3dc59b80',1796024568800,1);
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
INSERT INTO "inbox_failures" VALUES(1,'/shop/order','01a22b68-1139-7b18-8957-de226b642e42',1796024570449,'01a22b68-112c-77ef-a29b-2d97fdf832eb','order.created','01a22b68-112c-7433-9145-6b38ca8151cf',1796024570169,1,'cannot store mail: create /srv/shop/mail/tmp/ca9bf7a65b479517e62c76b0826d979f.bf3b2dc3c859fb17: Not a directory');
CREATE TABLE ledger_probe (id INTEGER PRIMARY KEY, written_at INTEGER NOT NULL);
CREATE TABLE mails (
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    event_id TEXT NOT NULL,
    state TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, kind)
);
INSERT INTO "mails" VALUES('01a22b68-03a1-775f-bac2-d43cb4620671','order.created','01a22b68-03c0-7e00-ade0-f1e739be3244','sent',1796024566764);
INSERT INTO "mails" VALUES('01a22b68-03a1-775f-bac2-d43cb4620671','shipping.started','01a22b68-03ff-7cf2-9925-48ef63115f24','sent',1796024566833);
INSERT INTO "mails" VALUES('01a22b68-04d8-7a1f-b737-4ef003d9e12f','order.created','01a22b68-04e5-7f53-acb0-d698216f01b6','sent',1796024567041);
INSERT INTO "mails" VALUES('01a22b68-04d8-7a1f-b737-4ef003d9e12f','shipping.started','01a22b68-0504-7719-839a-d40d283a494a','sent',1796024567081);
INSERT INTO "mails" VALUES('01a22b68-062e-7119-a914-b88b71a578a3','order.created','01a22b68-063e-7a4a-aeff-f635ed89ca26','sent',1796024567420);
INSERT INTO "mails" VALUES('01a22b68-0630-7548-b607-47a757989e8a','order.created','01a22b68-0645-783f-b1e5-249c294bed75','sent',1796024567429);
INSERT INTO "mails" VALUES('01a22b68-0630-7633-869b-a55d0d4f6590','order.created','01a22b68-0647-74c5-a378-666c70535466','sent',1796024567431);
INSERT INTO "mails" VALUES('01a22b68-062e-7119-a914-b88b71a578a3','shipping.started','01a22b68-0676-75e5-becf-d05ac256be85','sent',1796024567497);
INSERT INTO "mails" VALUES('01a22b68-0630-7548-b607-47a757989e8a','shipping.started','01a22b68-068b-7cb8-be52-add2b45fa3d4','sent',1796024567504);
INSERT INTO "mails" VALUES('01a22b68-0630-7633-869b-a55d0d4f6590','shipping.started','01a22b68-068b-73cb-8917-c94553ab749a','sent',1796024567505);
INSERT INTO "mails" VALUES('01a22b68-07d2-74da-931c-0f6e8854c37b','order.created','01a22b68-07de-784c-9502-f8068cfc037c','sent',1796024567807);
INSERT INTO "mails" VALUES('01a22b68-07d2-74da-931c-0f6e8854c37b','order.rejected','01a22b68-0817-7e5a-8ff6-9b04df0d8411','sent',1796024567851);
INSERT INTO "mails" VALUES('01a22b68-0932-731e-bcd0-807ee45962b0','order.created','01a22b68-093b-76f5-9868-c31b5ea701ef','sent',1796024568147);
INSERT INTO "mails" VALUES('01a22b68-0932-731e-bcd0-807ee45962b0','order.rejected','01a22b68-0960-7f64-9144-a177e5a4e6aa','sent',1796024568191);
INSERT INTO "mails" VALUES('1864fd45-971b-4f86-9733-925de5112a71','order.rejected','01a22b68-0be0-7832-b132-1393093287a9','sent',1796024568836);
INSERT INTO "mails" VALUES('01a22b68-112c-77ef-a29b-2d97fdf832eb','order.created','01a22b68-1139-7b18-8957-de226b642e42','sending',1796024570188);
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
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX inbox_key ON inbox (key);
CREATE INDEX inbox_failures_failed_at ON inbox_failures (failed_at);
CREATE INDEX inbox_failures_key ON inbox_failures (key, event_id);
CREATE INDEX outbox_key ON outbox (key, parked, seq);
CREATE INDEX outbox_due ON outbox (next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_parked ON outbox (seq) WHERE parked = 1;
COMMIT;
