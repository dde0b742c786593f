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
INSERT INTO "grdb_migrations" VALUES('orders-1');
INSERT INTO "grdb_migrations" VALUES('orders-2');
INSERT INTO "grdb_migrations" VALUES('orders-idempotency-1');
CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    order_id TEXT NOT NULL,
    time INTEGER NOT NULL
);
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
INSERT INTO "inbox" VALUES(1,'/shop/cli','01a22b68-03a1-783c-9295-02bd05c3b4aa',1796024566715,'01a22b68-03a1-775f-bac2-d43cb4620671','order.place',NULL,1796024566689,1);
INSERT INTO "inbox" VALUES(2,'/shop/inventory','01a22b68-03e1-7dab-a63d-b14f19ba732d',1796024566790,'01a22b68-03a1-775f-bac2-d43cb4620671','inventory.updated','01a22b68-03c0-7e00-ade0-f1e739be3244',1796024566753,1);
INSERT INTO "inbox" VALUES(3,'/shop/shipping','01a22b68-03ff-7cf2-9925-48ef63115f24',1796024566819,'01a22b68-03a1-775f-bac2-d43cb4620671','shipping.started','01a22b68-03e1-7dab-a63d-b14f19ba732d',1796024566783,1);
INSERT INTO "inbox" VALUES(4,'/shop/cli','01a22b68-04d8-7830-a39b-71972292e728',1796024567012,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','order.place',NULL,1796024567000,1);
INSERT INTO "inbox" VALUES(5,'/shop/inventory','01a22b68-04f5-72c2-b68c-d6746397d025',1796024567047,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','inventory.updated','01a22b68-04e5-7f53-acb0-d698216f01b6',1796024567029,1);
INSERT INTO "inbox" VALUES(6,'/shop/shipping','01a22b68-0504-7719-839a-d40d283a494a',1796024567068,'01a22b68-04d8-7a1f-b737-4ef003d9e12f','shipping.started','01a22b68-04f5-72c2-b68c-d6746397d025',1796024567044,1);
INSERT INTO "inbox" VALUES(7,'/shop/cli','01a22b68-062e-7d58-aa45-ebd47fa02f0a',1796024567357,'01a22b68-062e-7119-a914-b88b71a578a3','order.place',NULL,1796024567342,1);
INSERT INTO "inbox" VALUES(8,'/shop/cli','01a22b68-0630-73b3-8bdf-4bd975c41f67',1796024567364,'01a22b68-0630-7548-b607-47a757989e8a','order.place',NULL,1796024567344,1);
INSERT INTO "inbox" VALUES(9,'/shop/cli','01a22b68-0630-785e-832c-92e0af6a7ac0',1796024567364,'01a22b68-0630-7633-869b-a55d0d4f6590','order.place',NULL,1796024567344,1);
INSERT INTO "inbox" VALUES(10,'/shop/inventory','01a22b68-065c-7ff1-8a5d-d1d17d6e3413',1796024567415,'01a22b68-062e-7119-a914-b88b71a578a3','inventory.updated','01a22b68-063e-7a4a-aeff-f635ed89ca26',1796024567388,1);
INSERT INTO "inbox" VALUES(11,'/shop/inventory','01a22b68-0672-7226-bb3e-e88919fe5c79',1796024567427,'01a22b68-0630-7548-b607-47a757989e8a','inventory.updated','01a22b68-0645-783f-b1e5-249c294bed75',1796024567410,1);
INSERT INTO "inbox" VALUES(12,'/shop/inventory','01a22b68-0674-7ab7-b7b1-ac11bfa2dd73',1796024567427,'01a22b68-0630-7633-869b-a55d0d4f6590','inventory.updated','01a22b68-0647-74c5-a378-666c70535466',1796024567412,1);
INSERT INTO "inbox" VALUES(13,'/shop/shipping','01a22b68-0676-75e5-becf-d05ac256be85',1796024567465,'01a22b68-062e-7119-a914-b88b71a578a3','shipping.started','01a22b68-065c-7ff1-8a5d-d1d17d6e3413',1796024567414,1);
INSERT INTO "inbox" VALUES(14,'/shop/shipping','01a22b68-068b-7cb8-be52-add2b45fa3d4',1796024567465,'01a22b68-0630-7548-b607-47a757989e8a','shipping.started','01a22b68-0672-7226-bb3e-e88919fe5c79',1796024567435,1);
INSERT INTO "inbox" VALUES(15,'/shop/shipping','01a22b68-068b-73cb-8917-c94553ab749a',1796024567488,'01a22b68-0630-7633-869b-a55d0d4f6590','shipping.started','01a22b68-0674-7ab7-b7b1-ac11bfa2dd73',1796024567435,1);
INSERT INTO "inbox" VALUES(16,'/shop/cli','01a22b68-07d2-77d6-bf3f-2231c7c7b5ce',1796024567772,'01a22b68-07d2-74da-931c-0f6e8854c37b','order.place',NULL,1796024567762,1);
INSERT INTO "inbox" VALUES(17,'/shop/inventory','01a22b68-07f1-78a2-b8cc-dc99525ff7f8',1796024567821,'01a22b68-07d2-74da-931c-0f6e8854c37b','inventory.rejected','01a22b68-07de-784c-9502-f8068cfc037c',1796024567793,1);
INSERT INTO "inbox" VALUES(18,'/shop/cli','01a22b68-0933-72cb-ad4a-f86c548b561c',1796024568122,'01a22b68-0932-731e-bcd0-807ee45962b0','order.place',NULL,1796024568115,1);
INSERT INTO "inbox" VALUES(19,'/shop/inventory','01a22b68-0957-762e-a8e9-c2eb30c00d7d',1796024568159,'01a22b68-0932-731e-bcd0-807ee45962b0','inventory.rejected','01a22b68-093b-76f5-9868-c31b5ea701ef',1796024568151,1);
INSERT INTO "inbox" VALUES(20,'/somebody','51f013c9-7658-4fc9-84b0-959e3dc59b80',1796024568796,'1864fd45-971b-4f86-9733-925de5112a71','order.place',NULL,1796024568787,1);
INSERT INTO "inbox" VALUES(21,'/shop/cli','01a22b68-112c-7433-9145-6b38ca8151cf',1796024570168,'01a22b68-112c-77ef-a29b-2d97fdf832eb','order.place',NULL,1796024570156,1);
INSERT INTO "inbox" VALUES(22,'/shop/inventory','01a22b68-114c-7c0b-bc38-57a69216cb5c',1796024570211,'01a22b68-112c-77ef-a29b-2d97fdf832eb','inventory.updated','01a22b68-1139-7b18-8957-de226b642e42',1796024570188,1);
INSERT INTO "inbox" VALUES(23,'/shop/shipping','01a22b68-1166-7445-bab5-960c694f7190',1796024570229,'01a22b68-112c-77ef-a29b-2d97fdf832eb','shipping.started','01a22b68-114c-7c0b-bc38-57a69216cb5c',1796024570214,1);
INSERT INTO "inbox" VALUES(24,'/shop/cli','01a22b68-1957-743e-b17a-3a6b3371820e',1796024572254,'01a22b68-1957-7a7d-ba9b-1e9a457a0330','order.place',NULL,1796024572247,1);
INSERT INTO "inbox" VALUES(25,'/shop/inventory','01a22b68-1982-7869-88ba-168d7b6f3996',1796024572308,'01a22b68-1957-7a7d-ba9b-1e9a457a0330','inventory.updated','01a22b68-1964-7607-8d02-97bb7489ea9f',1796024572290,1);
INSERT INTO "inbox" VALUES(26,'/shop/shipping','01a22b68-1993-73da-b732-ee668cadffb2',1796024576010,'01a22b68-1957-7a7d-ba9b-1e9a457a0330','shipping.started','01a22b68-1982-7869-88ba-168d7b6f3996',1796024572307,1);
INSERT INTO "inbox" VALUES(27,'/shop/cli','01a22b68-297a-75fd-b8f6-ff7dfecb380c',1796024576391,'01a22b68-297a-78c1-83ca-aab10eca934e','order.place',NULL,1796024576378,1);
INSERT INTO "inbox" VALUES(28,'/shop/inventory','01a22b68-2993-73bd-93ee-6e52b811794d',1796024580881,'01a22b68-297a-78c1-83ca-aab10eca934e','inventory.updated','01a22b68-2989-78c3-9007-111aef297546',1796024576403,1);
INSERT INTO "inbox" VALUES(29,'/shop/cli','01a22b68-3b04-7e72-ab1d-4f28e8cca397',1796024580889,'01a22b68-3b04-7a7d-935f-e48eb17d9596','order.place',NULL,1796024580868,1);
INSERT INTO "inbox" VALUES(30,'/shop/shipping','01a22b68-3b0e-7364-8b83-0b12d9412d66',1796024580906,'01a22b68-297a-78c1-83ca-aab10eca934e','shipping.started','01a22b68-2993-73bd-93ee-6e52b811794d',1796024580878,1);
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
INSERT INTO "order_history" VALUES('01a22b68-03a1-775f-bac2-d43cb4620671',1,1796024566717,'placed','order.place','01a22b68-03a1-783c-9295-02bd05c3b4aa','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-03a1-775f-bac2-d43cb4620671',2,1796024566791,'confirmed','inventory.updated','01a22b68-03e1-7dab-a63d-b14f19ba732d','/shop/inventory','01a22b68-03c0-7e00-ade0-f1e739be3244');
INSERT INTO "order_history" VALUES('01a22b68-03a1-775f-bac2-d43cb4620671',3,1796024566820,'shipped','shipping.started','01a22b68-03ff-7cf2-9925-48ef63115f24','/shop/shipping','01a22b68-03e1-7dab-a63d-b14f19ba732d');
INSERT INTO "order_history" VALUES('01a22b68-04d8-7a1f-b737-4ef003d9e12f',1,1796024567012,'placed','order.place','01a22b68-04d8-7830-a39b-71972292e728','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-04d8-7a1f-b737-4ef003d9e12f',2,1796024567047,'confirmed','inventory.updated','01a22b68-04f5-72c2-b68c-d6746397d025','/shop/inventory','01a22b68-04e5-7f53-acb0-d698216f01b6');
INSERT INTO "order_history" VALUES('01a22b68-04d8-7a1f-b737-4ef003d9e12f',3,1796024567068,'shipped','shipping.started','01a22b68-0504-7719-839a-d40d283a494a','/shop/shipping','01a22b68-04f5-72c2-b68c-d6746397d025');
INSERT INTO "order_history" VALUES('01a22b68-062e-7119-a914-b88b71a578a3',1,1796024567358,'placed','order.place','01a22b68-062e-7d58-aa45-ebd47fa02f0a','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-0630-7548-b607-47a757989e8a',1,1796024567365,'placed','order.place','01a22b68-0630-73b3-8bdf-4bd975c41f67','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-0630-7633-869b-a55d0d4f6590',1,1796024567367,'placed','order.place','01a22b68-0630-785e-832c-92e0af6a7ac0','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-062e-7119-a914-b88b71a578a3',2,1796024567415,'confirmed','inventory.updated','01a22b68-065c-7ff1-8a5d-d1d17d6e3413','/shop/inventory','01a22b68-063e-7a4a-aeff-f635ed89ca26');
INSERT INTO "order_history" VALUES('01a22b68-0630-7548-b607-47a757989e8a',2,1796024567428,'confirmed','inventory.updated','01a22b68-0672-7226-bb3e-e88919fe5c79','/shop/inventory','01a22b68-0645-783f-b1e5-249c294bed75');
INSERT INTO "order_history" VALUES('01a22b68-0630-7633-869b-a55d0d4f6590',2,1796024567439,'confirmed','inventory.updated','01a22b68-0674-7ab7-b7b1-ac11bfa2dd73','/shop/inventory','01a22b68-0647-74c5-a378-666c70535466');
INSERT INTO "order_history" VALUES('01a22b68-062e-7119-a914-b88b71a578a3',3,1796024567468,'shipped','shipping.started','01a22b68-0676-75e5-becf-d05ac256be85','/shop/shipping','01a22b68-065c-7ff1-8a5d-d1d17d6e3413');
INSERT INTO "order_history" VALUES('01a22b68-0630-7548-b607-47a757989e8a',3,1796024567469,'shipped','shipping.started','01a22b68-068b-7cb8-be52-add2b45fa3d4','/shop/shipping','01a22b68-0672-7226-bb3e-e88919fe5c79');
INSERT INTO "order_history" VALUES('01a22b68-0630-7633-869b-a55d0d4f6590',3,1796024567489,'shipped','shipping.started','01a22b68-068b-73cb-8917-c94553ab749a','/shop/shipping','01a22b68-0674-7ab7-b7b1-ac11bfa2dd73');
INSERT INTO "order_history" VALUES('01a22b68-07d2-74da-931c-0f6e8854c37b',1,1796024567774,'placed','order.place','01a22b68-07d2-77d6-bf3f-2231c7c7b5ce','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-07d2-74da-931c-0f6e8854c37b',2,1796024567830,'rejected','inventory.rejected','01a22b68-07f1-78a2-b8cc-dc99525ff7f8','/shop/inventory','01a22b68-07de-784c-9502-f8068cfc037c');
INSERT INTO "order_history" VALUES('01a22b68-0932-731e-bcd0-807ee45962b0',1,1796024568123,'placed','order.place','01a22b68-0933-72cb-ad4a-f86c548b561c','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-0932-731e-bcd0-807ee45962b0',2,1796024568159,'rejected','inventory.rejected','01a22b68-0957-762e-a8e9-c2eb30c00d7d','/shop/inventory','01a22b68-093b-76f5-9868-c31b5ea701ef');
INSERT INTO "order_history" VALUES('1864fd45-971b-4f86-9733-925de5112a71',1,1796024568798,'rejected','order.place','51f013c9-7658-4fc9-84b0-959e3dc59b80','/somebody',NULL);
INSERT INTO "order_history" VALUES('01a22b68-112c-77ef-a29b-2d97fdf832eb',1,1796024570169,'placed','order.place','01a22b68-112c-7433-9145-6b38ca8151cf','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-112c-77ef-a29b-2d97fdf832eb',2,1796024570212,'confirmed','inventory.updated','01a22b68-114c-7c0b-bc38-57a69216cb5c','/shop/inventory','01a22b68-1139-7b18-8957-de226b642e42');
INSERT INTO "order_history" VALUES('01a22b68-112c-77ef-a29b-2d97fdf832eb',3,1796024570230,'shipped','shipping.started','01a22b68-1166-7445-bab5-960c694f7190','/shop/shipping','01a22b68-114c-7c0b-bc38-57a69216cb5c');
INSERT INTO "order_history" VALUES('01a22b68-1957-7a7d-ba9b-1e9a457a0330',1,1796024572260,'placed','order.place','01a22b68-1957-743e-b17a-3a6b3371820e','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-1957-7a7d-ba9b-1e9a457a0330',2,1796024572308,'confirmed','inventory.updated','01a22b68-1982-7869-88ba-168d7b6f3996','/shop/inventory','01a22b68-1964-7607-8d02-97bb7489ea9f');
INSERT INTO "order_history" VALUES('01a22b68-1957-7a7d-ba9b-1e9a457a0330',3,1796024576012,'shipped','shipping.started','01a22b68-1993-73da-b732-ee668cadffb2','/shop/shipping','01a22b68-1982-7869-88ba-168d7b6f3996');
INSERT INTO "order_history" VALUES('01a22b68-297a-78c1-83ca-aab10eca934e',1,1796024576392,'placed','order.place','01a22b68-297a-75fd-b8f6-ff7dfecb380c','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-297a-78c1-83ca-aab10eca934e',2,1796024580882,'confirmed','inventory.updated','01a22b68-2993-73bd-93ee-6e52b811794d','/shop/inventory','01a22b68-2989-78c3-9007-111aef297546');
INSERT INTO "order_history" VALUES('01a22b68-3b04-7a7d-935f-e48eb17d9596',1,1796024580894,'placed','order.place','01a22b68-3b04-7e72-ab1d-4f28e8cca397','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b68-297a-78c1-83ca-aab10eca934e',3,1796024580907,'shipped','shipping.started','01a22b68-3b0e-7364-8b83-0b12d9412d66','/shop/shipping','01a22b68-2993-73bd-93ee-6e52b811794d');
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    reasons TEXT NOT NULL,
    carrier TEXT,
    tracking_number TEXT,
    placed_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
, cancel_reason TEXT, created INTEGER NOT NULL DEFAULT 1);
INSERT INTO "orders" VALUES('01a22b68-03a1-775f-bac2-d43cb4620671','shipped','{"currency":"EUR","customer":{"email":"ada@example.org","name":"Ada L."},"lines":[{"quantity":2,"sku":"MUG","unit_price":0},{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b68-03a1-775f-bac2-d43cb4620671","ship_to":"Old Street 1/2"}','[]','Two Rivers Post','TNBAC2D43CB4620671',1796024566716,1796024566820,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-04d8-7a1f-b737-4ef003d9e12f','shipped','{"currency":"EUR","customer":{"email":"grace@example.org","name":"Grace \"H\""},"lines":[{"quantity":3,"sku":"CUP","unit_price":0}],"order_id":"01a22b68-04d8-7a1f-b737-4ef003d9e12f","ship_to":""}','[]','Harbour Express','TNB7374EF003D9E12F',1796024567012,1796024567068,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-062e-7119-a914-b88b71a578a3','shipped','{"currency":"EUR","customer":{"email":"zoe@example.org","name":"Zoë"},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b68-062e-7119-a914-b88b71a578a3","ship_to":""}','[]','Northwind Parcel','TNA914B88B71A578A3',1796024567357,1796024567468,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-0630-7548-b607-47a757989e8a','shipped','{"currency":"EUR","customer":{"email":"zoe@example.org","name":"Zoë"},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b68-0630-7548-b607-47a757989e8a","ship_to":""}','[]','Northwind Parcel','TNB60747A757989E8A',1796024567364,1796024567469,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-0630-7633-869b-a55d0d4f6590','shipped','{"currency":"EUR","customer":{"email":"zoe@example.org","name":"Zoë"},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b68-0630-7633-869b-a55d0d4f6590","ship_to":""}','[]','Harbour Express','TN869BA55D0D4F6590',1796024567366,1796024567489,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-07d2-74da-931c-0f6e8854c37b','rejected','{"currency":"EUR","customer":{"email":"ada@example.org","name":""},"lines":[{"quantity":1,"sku":"TEE","unit_price":0}],"order_id":"01a22b68-07d2-74da-931c-0f6e8854c37b","ship_to":""}','["TEE is sold out."]',NULL,NULL,1796024567773,1796024567830,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-0932-731e-bcd0-807ee45962b0','rejected','{"currency":"EUR","customer":{"email":"ada@example.org","name":""},"lines":[{"quantity":1,"sku":"NOSUCH","unit_price":0}],"order_id":"01a22b68-0932-731e-bcd0-807ee45962b0","ship_to":""}','["We do not have a product NOSUCH."]',NULL,NULL,1796024568123,1796024568159,NULL,1);
INSERT INTO "orders" VALUES('1864fd45-971b-4f86-9733-925de5112a71','rejected','{"currency":"EUR","customer":{"email":"ada@example.org","name":"Ada"},"lines":[{"quantity":0,"sku":"MUG","unit_price":1}],"order_id":"1864fd45-971b-4f86-9733-925de5112a71","ship_to":"Here 1"}','["The quantity of MUG is not from 1 to 10,000."]',NULL,NULL,1796024568797,1796024568797,NULL,0);
INSERT INTO "orders" VALUES('01a22b68-112c-77ef-a29b-2d97fdf832eb','shipped','{"currency":"EUR","customer":{"email":"grace@example.org","name":""},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b68-112c-77ef-a29b-2d97fdf832eb","ship_to":""}','[]','Two Rivers Post','TNA29B2D97FDF832EB',1796024570169,1796024570230,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-1957-7a7d-ba9b-1e9a457a0330','shipped','{"currency":"EUR","customer":{"email":"linus@example.org","name":"Linus"},"lines":[{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b68-1957-7a7d-ba9b-1e9a457a0330","ship_to":"Road 3"}','[]','Northwind Parcel','TNBA9B1E9A457A0330',1796024572259,1796024576012,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-297a-78c1-83ca-aab10eca934e','shipped','{"currency":"EUR","customer":{"email":"linus@example.org","name":"Linus"},"lines":[{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b68-297a-78c1-83ca-aab10eca934e","ship_to":"Road 3"}','[]','Northwind Parcel','TN83CAAAB10ECA934E',1796024576392,1796024580907,NULL,1);
INSERT INTO "orders" VALUES('01a22b68-3b04-7a7d-935f-e48eb17d9596','placed','{"currency":"EUR","customer":{"email":"linus@example.org","name":"Linus"},"lines":[{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b68-3b04-7a7d-935f-e48eb17d9596","ship_to":"Road 3"}','[]',NULL,NULL,1796024580890,1796024580890,NULL,1);
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
INSERT INTO "outbox" VALUES(1,'01a22b68-3b1f-7075-b940-d90c39795970','shop.order.created.v1','01a22b68-3b04-7a7d-935f-e48eb17d9596','order.created','required','01a22b68-3b04-7a7d-935f-e48eb17d9596','01a22b68-3b04-7e72-ab1d-4f28e8cca397','/shop/order',1796024580895,1,1796024581915,'nobody listens to its routing key: run shop topology apply',0,'application/cloudevents+json',X'7B227370656376657273696F6E223A22312E30222C226964223A2230316132326236382D336231662D373037352D623934302D643930633339373935393730222C22736F75726365223A222F73686F702F6F72646572222C2274797065223A2273686F702E6F726465722E637265617465642E7631222C227375626A656374223A2230316132326236382D336230342D376137642D393335662D653438656231376439353936222C2274696D65223A22323032362D31312D33305430373A34333A30302E3839355A222C2264617461636F6E74656E7474797065223A226170706C69636174696F6E2F6A736F6E222C227472616365706172656E74223A2230302D30316132326236383362303437613764393335666534386562313764393539362D616231643466323865386363613339372D3030222C22636F7272656C6174696F6E6964223A2230316132326236382D336230342D376137642D393335662D653438656231376439353936222C22636175736174696F6E6964223A2230316132326236382D336230342D376537322D616231642D346632386538636361333937222C2264617461223A7B226F726465725F6964223A2230316132326236382D336230342D376137642D393335662D653438656231376439353936222C22637573746F6D6572223A7B226E616D65223A224C696E7573222C22656D61696C223A226C696E7573406578616D706C652E6F7267227D2C22736869705F746F223A22526F61642033222C2263757272656E6379223A22455552222C226C696E6573223A5B7B22736B75223A22435550222C227175616E74697479223A312C22756E69745F7072696365223A307D5D7D7D');
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX inbox_key ON inbox (key);
CREATE INDEX inbox_failures_failed_at ON inbox_failures (failed_at);
CREATE INDEX inbox_failures_key ON inbox_failures (key, event_id);
CREATE INDEX outbox_key ON outbox (key, parked, seq);
CREATE INDEX outbox_due ON outbox (next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_parked ON outbox (seq) WHERE parked = 1;
CREATE INDEX orders_placed_at ON orders (placed_at, order_id);
CREATE INDEX idempotency_keys_time ON idempotency_keys (time);
COMMIT;
