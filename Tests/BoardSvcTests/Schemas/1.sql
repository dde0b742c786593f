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
INSERT INTO "grdb_migrations" VALUES('heard-1');
INSERT INTO "grdb_migrations" VALUES('orders-1');
INSERT INTO "grdb_migrations" VALUES('pace-1');
CREATE TABLE heard (
    number INTEGER PRIMARY KEY,
    order_id TEXT,
    event TEXT NOT NULL,
    source TEXT NOT NULL
);
INSERT INTO "heard" VALUES(1,'01a22b68-03a1-775f-bac2-d43cb4620671','order.place','cli');
INSERT INTO "heard" VALUES(2,'01a22b68-03a1-775f-bac2-d43cb4620671','order.created','order');
INSERT INTO "heard" VALUES(3,'01a22b68-03a1-775f-bac2-d43cb4620671','inventory.updated','inventory');
INSERT INTO "heard" VALUES(4,'01a22b68-03a1-775f-bac2-d43cb4620671','shipping.started','shipping');
INSERT INTO "heard" VALUES(5,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','order.place','cli');
INSERT INTO "heard" VALUES(6,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','order.created','order');
INSERT INTO "heard" VALUES(7,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','inventory.updated','inventory');
INSERT INTO "heard" VALUES(8,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','shipping.started','shipping');
INSERT INTO "heard" VALUES(9,'01a22b68-062e-7119-a914-b88b71a578a3','order.place','cli');
INSERT INTO "heard" VALUES(10,'01a22b68-0630-7548-b607-47a757989e8a','order.place','cli');
INSERT INTO "heard" VALUES(11,'01a22b68-0630-7633-869b-a55d0d4f6590','order.place','cli');
INSERT INTO "heard" VALUES(12,'01a22b68-062e-7119-a914-b88b71a578a3','order.created','order');
INSERT INTO "heard" VALUES(13,'01a22b68-0630-7548-b607-47a757989e8a','order.created','order');
INSERT INTO "heard" VALUES(14,'01a22b68-0630-7633-869b-a55d0d4f6590','order.created','order');
INSERT INTO "heard" VALUES(15,'01a22b68-062e-7119-a914-b88b71a578a3','inventory.updated','inventory');
INSERT INTO "heard" VALUES(16,'01a22b68-0630-7548-b607-47a757989e8a','inventory.updated','inventory');
INSERT INTO "heard" VALUES(17,'01a22b68-0630-7633-869b-a55d0d4f6590','inventory.updated','inventory');
INSERT INTO "heard" VALUES(18,'01a22b68-062e-7119-a914-b88b71a578a3','shipping.started','shipping');
INSERT INTO "heard" VALUES(19,'01a22b68-0630-7548-b607-47a757989e8a','shipping.started','shipping');
INSERT INTO "heard" VALUES(20,'01a22b68-0630-7633-869b-a55d0d4f6590','shipping.started','shipping');
INSERT INTO "heard" VALUES(21,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.place','cli');
INSERT INTO "heard" VALUES(22,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.created','order');
INSERT INTO "heard" VALUES(23,'01a22b68-07d2-74da-931c-0f6e8854c37b','inventory.rejected','inventory');
INSERT INTO "heard" VALUES(24,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.rejected','order');
INSERT INTO "heard" VALUES(25,'01a22b68-0932-731e-bcd0-807ee45962b0','order.place','cli');
INSERT INTO "heard" VALUES(26,'01a22b68-0932-731e-bcd0-807ee45962b0','order.created','order');
INSERT INTO "heard" VALUES(27,'01a22b68-0932-731e-bcd0-807ee45962b0','inventory.rejected','inventory');
INSERT INTO "heard" VALUES(28,'01a22b68-0932-731e-bcd0-807ee45962b0','order.rejected','order');
INSERT INTO "heard" VALUES(29,'1864fd45-971b-4f86-9733-925de5112a71','order.place','/somebody');
INSERT INTO "heard" VALUES(30,'1864fd45-971b-4f86-9733-925de5112a71','order.rejected','order');
INSERT INTO "heard" VALUES(31,'01a22b68-112c-77ef-a29b-2d97fdf832eb','order.place','cli');
INSERT INTO "heard" VALUES(32,'01a22b68-112c-77ef-a29b-2d97fdf832eb','order.created','order');
INSERT INTO "heard" VALUES(33,'01a22b68-112c-77ef-a29b-2d97fdf832eb','inventory.updated','inventory');
INSERT INTO "heard" VALUES(34,'01a22b68-112c-77ef-a29b-2d97fdf832eb','shipping.started','shipping');
INSERT INTO "heard" VALUES(35,'01a22b68-1957-7a7d-ba9b-1e9a457a0330','shipping.started','shipping');
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
INSERT INTO "inbox" VALUES(1,'/shop/cli','01a22b68-03a1-783c-9295-02bd05c3b4aa',1796024566712,'01a22b68-03a1-775f-bac2-d43cb4620671','order.place',NULL,1796024566689,1);
INSERT INTO "inbox" VALUES(2,'/shop/order','01a22b68-03c0-7e00-ade0-f1e739be3244',1796024566751,'01a22b68-03a1-775f-bac2-d43cb4620671','order.created','01a22b68-03a1-783c-9295-02bd05c3b4aa',1796024566720,1);
INSERT INTO "inbox" VALUES(3,'/shop/inventory','01a22b68-03e1-7dab-a63d-b14f19ba732d',1796024566795,'01a22b68-03a1-775f-bac2-d43cb4620671','inventory.updated','01a22b68-03c0-7e00-ade0-f1e739be3244',1796024566753,1);
INSERT INTO "inbox" VALUES(4,'/shop/shipping','01a22b68-03ff-7cf2-9925-48ef63115f24',1796024566829,'01a22b68-03a1-775f-bac2-d43cb4620671','shipping.started','01a22b68-03e1-7dab-a63d-b14f19ba732d',1796024566783,1);
INSERT INTO "inbox" VALUES(5,'/shop/cli','01a22b68-04d8-7830-a39b-71972292e728',1796024567017,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','order.place',NULL,1796024567000,1);
INSERT INTO "inbox" VALUES(6,'/shop/order','01a22b68-04e5-7f53-acb0-d698216f01b6',1796024567044,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','order.created','01a22b68-04d8-7830-a39b-71972292e728',1796024567013,1);
INSERT INTO "inbox" VALUES(7,'/shop/inventory','01a22b68-04f5-72c2-b68c-d6746397d025',1796024567054,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','inventory.updated','01a22b68-04e5-7f53-acb0-d698216f01b6',1796024567029,1);
INSERT INTO "inbox" VALUES(8,'/shop/shipping','01a22b68-0504-7719-839a-d40d283a494a',1796024567068,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','shipping.started','01a22b68-04f5-72c2-b68c-d6746397d025',1796024567044,1);
INSERT INTO "inbox" VALUES(9,'/shop/cli','01a22b68-062e-7d58-aa45-ebd47fa02f0a',1796024567368,'01a22b68-062e-7119-a914-b88b71a578a3','order.place',NULL,1796024567342,1);
INSERT INTO "inbox" VALUES(10,'/shop/cli','01a22b68-0630-73b3-8bdf-4bd975c41f67',1796024567368,'01a22b68-0630-7548-b607-47a757989e8a','order.place',NULL,1796024567344,1);
INSERT INTO "inbox" VALUES(11,'/shop/cli','01a22b68-0630-785e-832c-92e0af6a7ac0',1796024567368,'01a22b68-0630-7633-869b-a55d0d4f6590','order.place',NULL,1796024567344,1);
INSERT INTO "inbox" VALUES(12,'/shop/order','01a22b68-063e-7a4a-aeff-f635ed89ca26',1796024567392,'01a22b68-062e-7119-a914-b88b71a578a3','order.created','01a22b68-062e-7d58-aa45-ebd47fa02f0a',1796024567358,1);
INSERT INTO "inbox" VALUES(13,'/shop/order','01a22b68-0645-783f-b1e5-249c294bed75',1796024567402,'01a22b68-0630-7548-b607-47a757989e8a','order.created','01a22b68-0630-73b3-8bdf-4bd975c41f67',1796024567365,1);
INSERT INTO "inbox" VALUES(14,'/shop/order','01a22b68-0647-74c5-a378-666c70535466',1796024567402,'01a22b68-0630-7633-869b-a55d0d4f6590','order.created','01a22b68-0630-785e-832c-92e0af6a7ac0',1796024567367,1);
INSERT INTO "inbox" VALUES(15,'/shop/inventory','01a22b68-065c-7ff1-8a5d-d1d17d6e3413',1796024567433,'01a22b68-062e-7119-a914-b88b71a578a3','inventory.updated','01a22b68-063e-7a4a-aeff-f635ed89ca26',1796024567388,1);
INSERT INTO "inbox" VALUES(16,'/shop/inventory','01a22b68-0672-7226-bb3e-e88919fe5c79',1796024567433,'01a22b68-0630-7548-b607-47a757989e8a','inventory.updated','01a22b68-0645-783f-b1e5-249c294bed75',1796024567410,1);
INSERT INTO "inbox" VALUES(17,'/shop/inventory','01a22b68-0674-7ab7-b7b1-ac11bfa2dd73',1796024567433,'01a22b68-0630-7633-869b-a55d0d4f6590','inventory.updated','01a22b68-0647-74c5-a378-666c70535466',1796024567412,1);
INSERT INTO "inbox" VALUES(18,'/shop/shipping','01a22b68-0676-75e5-becf-d05ac256be85',1796024567456,'01a22b68-062e-7119-a914-b88b71a578a3','shipping.started','01a22b68-065c-7ff1-8a5d-d1d17d6e3413',1796024567414,1);
INSERT INTO "inbox" VALUES(19,'/shop/shipping','01a22b68-068b-7cb8-be52-add2b45fa3d4',1796024567471,'01a22b68-0630-7548-b607-47a757989e8a','shipping.started','01a22b68-0672-7226-bb3e-e88919fe5c79',1796024567435,1);
INSERT INTO "inbox" VALUES(20,'/shop/shipping','01a22b68-068b-73cb-8917-c94553ab749a',1796024567471,'01a22b68-0630-7633-869b-a55d0d4f6590','shipping.started','01a22b68-0674-7ab7-b7b1-ac11bfa2dd73',1796024567435,1);
INSERT INTO "inbox" VALUES(21,'/shop/cli','01a22b68-07d2-77d6-bf3f-2231c7c7b5ce',1796024567782,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.place',NULL,1796024567762,1);
INSERT INTO "inbox" VALUES(22,'/shop/order','01a22b68-07de-784c-9502-f8068cfc037c',1796024567794,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.created','01a22b68-07d2-77d6-bf3f-2231c7c7b5ce',1796024567774,1);
INSERT INTO "inbox" VALUES(23,'/shop/inventory','01a22b68-07f1-78a2-b8cc-dc99525ff7f8',1796024567825,'01a22b68-07d2-74da-931c-0f6e8854c37b','inventory.rejected','01a22b68-07de-784c-9502-f8068cfc037c',1796024567793,1);
INSERT INTO "inbox" VALUES(24,'/shop/order','01a22b68-0817-7e5a-8ff6-9b04df0d8411',1796024567841,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.rejected','01a22b68-07f1-78a2-b8cc-dc99525ff7f8',1796024567831,1);
INSERT INTO "inbox" VALUES(25,'/shop/cli','01a22b68-0933-72cb-ad4a-f86c548b561c',1796024568130,'01a22b68-0932-731e-bcd0-807ee45962b0','order.place',NULL,1796024568115,1);
INSERT INTO "inbox" VALUES(26,'/shop/order','01a22b68-093b-76f5-9868-c31b5ea701ef',1796024568140,'01a22b68-0932-731e-bcd0-807ee45962b0','order.created','01a22b68-0933-72cb-ad4a-f86c548b561c',1796024568123,1);
INSERT INTO "inbox" VALUES(27,'/shop/inventory','01a22b68-0957-762e-a8e9-c2eb30c00d7d',1796024568159,'01a22b68-0932-731e-bcd0-807ee45962b0','inventory.rejected','01a22b68-093b-76f5-9868-c31b5ea701ef',1796024568151,1);
INSERT INTO "inbox" VALUES(28,'/shop/order','01a22b68-0960-7f64-9144-a177e5a4e6aa',1796024568175,'01a22b68-0932-731e-bcd0-807ee45962b0','order.rejected','01a22b68-0957-762e-a8e9-c2eb30c00d7d',1796024568160,1);
INSERT INTO "inbox" VALUES(29,'/somebody','51f013c9-7658-4fc9-84b0-959e3dc59b80',1796024568804,'1864fd45-971b-4f86-9733-925de5112a71','order.place',NULL,1796024568787,1);
INSERT INTO "inbox" VALUES(30,'/shop/order','01a22b68-0be0-7832-b132-1393093287a9',1796024568831,'1864fd45-971b-4f86-9733-925de5112a71','order.rejected','51f013c9-7658-4fc9-84b0-959e3dc59b80',1796024568800,1);
INSERT INTO "inbox" VALUES(31,'/shop/cli','01a22b68-112c-7433-9145-6b38ca8151cf',1796024570171,'01a22b68-112c-77ef-a29b-2d97fdf832eb','order.place',NULL,1796024570156,1);
INSERT INTO "inbox" VALUES(32,'/shop/order','01a22b68-1139-7b18-8957-de226b642e42',1796024570190,'01a22b68-112c-77ef-a29b-2d97fdf832eb','order.created','01a22b68-112c-7433-9145-6b38ca8151cf',1796024570169,1);
INSERT INTO "inbox" VALUES(33,'/shop/inventory','01a22b68-114c-7c0b-bc38-57a69216cb5c',1796024570210,'01a22b68-112c-77ef-a29b-2d97fdf832eb','inventory.updated','01a22b68-1139-7b18-8957-de226b642e42',1796024570188,1);
INSERT INTO "inbox" VALUES(34,'/shop/shipping','01a22b68-1166-7445-bab5-960c694f7190',1796024570231,'01a22b68-112c-77ef-a29b-2d97fdf832eb','shipping.started','01a22b68-114c-7c0b-bc38-57a69216cb5c',1796024570214,1);
INSERT INTO "inbox" VALUES(35,'/shop/shipping','01a22b68-1993-73da-b732-ee668cadffb2',1796024576021,'01a22b68-1957-7a7d-ba9b-1e9a457a0330','shipping.started','01a22b68-1982-7869-88ba-168d7b6f3996',1796024572307,1);
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
CREATE TABLE ledger_probe (id INTEGER PRIMARY KEY, written_at INTEGER NOT NULL);
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
INSERT INTO "orders" VALUES(1,'01a22b68-03a1-775f-bac2-d43cb4620671','shipped',1796024566689,1796024566783,4,3,0,'EUR');
INSERT INTO "orders" VALUES(2,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','shipped',1796024567000,1796024567044,4,3,0,'EUR');
INSERT INTO "orders" VALUES(3,'01a22b68-062e-7119-a914-b88b71a578a3','shipped',1796024567342,1796024567414,4,1,0,'EUR');
INSERT INTO "orders" VALUES(4,'01a22b68-0630-7548-b607-47a757989e8a','shipped',1796024567344,1796024567435,4,1,0,'EUR');
INSERT INTO "orders" VALUES(5,'01a22b68-0630-7633-869b-a55d0d4f6590','shipped',1796024567344,1796024567435,4,1,0,'EUR');
INSERT INTO "orders" VALUES(6,'01a22b68-07d2-74da-931c-0f6e8854c37b','rejected',1796024567762,1796024567831,4,1,0,'EUR');
INSERT INTO "orders" VALUES(7,'01a22b68-0932-731e-bcd0-807ee45962b0','rejected',1796024568115,1796024568160,4,1,0,'EUR');
INSERT INTO "orders" VALUES(8,'1864fd45-971b-4f86-9733-925de5112a71','rejected',1796024568787,1796024568800,2,0,0,'EUR');
INSERT INTO "orders" VALUES(9,'01a22b68-112c-77ef-a29b-2d97fdf832eb','shipped',1796024570156,1796024570214,4,1,0,'EUR');
INSERT INTO "orders" VALUES(10,'01a22b68-1957-7a7d-ba9b-1e9a457a0330','shipped',NULL,1796024572307,1,1,0,NULL);
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
CREATE TABLE placed (start INTEGER PRIMARY KEY, orders INTEGER NOT NULL);
INSERT INTO "placed" VALUES(1796024565000,8);
INSERT INTO "placed" VALUES(1796024570000,1);
CREATE TABLE shipped (
    start INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (start, milliseconds)
);
INSERT INTO "shipped" VALUES(1796024565000,94,1);
INSERT INTO "shipped" VALUES(1796024565000,44,1);
INSERT INTO "shipped" VALUES(1796024565000,72,1);
INSERT INTO "shipped" VALUES(1796024565000,91,2);
INSERT INTO "shipped" VALUES(1796024570000,58,1);
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX inbox_key ON inbox (key);
CREATE INDEX inbox_failures_failed_at ON inbox_failures (failed_at);
CREATE INDEX inbox_failures_key ON inbox_failures (key, event_id);
CREATE INDEX outbox_key ON outbox (key, parked, seq);
CREATE INDEX outbox_due ON outbox (next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_parked ON outbox (seq) WHERE parked = 1;
COMMIT;
