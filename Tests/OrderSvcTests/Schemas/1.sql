PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('ledger-inbox-1');
INSERT INTO "grdb_migrations" VALUES('ledger-outbox-1');
INSERT INTO "grdb_migrations" VALUES('orders-1');
CREATE TABLE inbox (
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (source, event_id)
) WITHOUT ROWID;
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-0439-7803-91ed-80819c40bb65',1796024435779);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-0461-713e-a36e-db70695f419b',1796024435831);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-046f-73a0-abf8-17a892e0fc79',1796024435848);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-04e8-7460-8a38-4cb3dc709e1c',1796024435950);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-0502-7b4a-822d-e865526ce271',1796024435986);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-050d-7c44-a036-7c3def6ac4f1',1796024435997);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-4af6-73af-a10f-3bc3b14ca173',1796024453895);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-4af8-796a-8b09-536427502384',1796024453905);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-4af8-79b9-9528-68fe9c1d2f8f',1796024453905);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-4b29-7a0a-93a1-9fc19d514245',1796024453952);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-4b2a-7a8a-9903-49f41fc12fe7',1796024453952);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-4b2d-7d5b-a78f-55bdab63b3d8',1796024453952);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-4b42-729f-97f6-f762c76fcb7c',1796024453970);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-4b42-7eb9-a924-02ddfc4a6afe',1796024453970);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-4b43-7d98-ad99-d9798bceb75a',1796024453970);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-4c14-7ef6-8afb-fceed4a80e3d',1796024454177);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-4c2d-78b5-8e41-1d1d3f12167d',1796024454205);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-4d16-7c76-a96d-3fb7a754d612',1796024454427);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-4d2f-70cb-8f15-cacb5788cbc8',1796024454457);
INSERT INTO "inbox" VALUES('/somebody','b27ff399-bcba-4ec3-a4fb-3fd6559d4bcf',1796024454917);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-550c-7eca-b780-183f0b307e36',1796024456477);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-5532-7c9d-a080-c4b83fff4bc8',1796024456508);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-553a-7e00-b1d7-ba8548788d78',1796024456520);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-5bf6-7ff7-9120-bbf678f73d05',1796024458239);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-5c0d-7027-977f-acbf26020022',1796024458266);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-5c16-74e5-bb5b-ec70339891ab',1796024462284);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-6bcb-7cba-a18d-413c8a1fbd96',1796024462290);
INSERT INTO "inbox" VALUES('/shop/inventory','01a22b66-6be5-7d09-9a79-4802bffc4844',1796024464954);
INSERT INTO "inbox" VALUES('/shop/shipping','01a22b66-7637-791c-bcab-3b5183799b30',1796024464964);
INSERT INTO "inbox" VALUES('/shop/cli','01a22b66-798c-7197-a70f-dd992005991a',1796024465817);
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
INSERT INTO "order_history" VALUES('01a22b66-0439-7ef7-a809-a11d0a39729b',1,1796024435780,'placed','order.place','01a22b66-0439-7803-91ed-80819c40bb65','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-0439-7ef7-a809-a11d0a39729b',2,1796024435832,'confirmed','inventory.updated','01a22b66-0461-713e-a36e-db70695f419b','/shop/inventory','01a22b66-0445-77a2-b8a6-522c84fd0048');
INSERT INTO "order_history" VALUES('01a22b66-0439-7ef7-a809-a11d0a39729b',3,1796024435853,'shipped','shipping.started','01a22b66-046f-73a0-abf8-17a892e0fc79','/shop/shipping','01a22b66-0461-713e-a36e-db70695f419b');
INSERT INTO "order_history" VALUES('01a22b66-04e8-72c8-b090-7fdf8cdbc79a',1,1796024435951,'placed','order.place','01a22b66-04e8-7460-8a38-4cb3dc709e1c','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-04e8-72c8-b090-7fdf8cdbc79a',2,1796024435994,'confirmed','inventory.updated','01a22b66-0502-7b4a-822d-e865526ce271','/shop/inventory','01a22b66-04f0-767e-9722-876dfd6872fe');
INSERT INTO "order_history" VALUES('01a22b66-04e8-72c8-b090-7fdf8cdbc79a',3,1796024435997,'shipped','shipping.started','01a22b66-050d-7c44-a036-7c3def6ac4f1','/shop/shipping','01a22b66-0502-7b4a-822d-e865526ce271');
INSERT INTO "order_history" VALUES('01a22b66-4af6-71d2-a6e3-805c46ccb1de',1,1796024453895,'placed','order.place','01a22b66-4af6-73af-a10f-3bc3b14ca173','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-4af8-7f9a-a97d-06f7970ac478',1,1796024453906,'placed','order.place','01a22b66-4af8-79b9-9528-68fe9c1d2f8f','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-4af8-7827-9e26-8b078ab871e4',1,1796024453906,'placed','order.place','01a22b66-4af8-796a-8b09-536427502384','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-4af6-71d2-a6e3-805c46ccb1de',2,1796024453952,'confirmed','inventory.updated','01a22b66-4b29-7a0a-93a1-9fc19d514245','/shop/inventory','01a22b66-4b08-7b5b-aa21-738a9c6be458');
INSERT INTO "order_history" VALUES('01a22b66-4af8-7f9a-a97d-06f7970ac478',2,1796024453957,'confirmed','inventory.updated','01a22b66-4b2a-7a8a-9903-49f41fc12fe7','/shop/inventory','01a22b66-4b12-70fd-8ead-d905d714a10e');
INSERT INTO "order_history" VALUES('01a22b66-4af8-7827-9e26-8b078ab871e4',2,1796024453957,'confirmed','inventory.updated','01a22b66-4b2d-7d5b-a78f-55bdab63b3d8','/shop/inventory','01a22b66-4b13-7f1d-94e9-2cc08deebfc6');
INSERT INTO "order_history" VALUES('01a22b66-4af6-71d2-a6e3-805c46ccb1de',3,1796024453975,'shipped','shipping.started','01a22b66-4b42-729f-97f6-f762c76fcb7c','/shop/shipping','01a22b66-4b29-7a0a-93a1-9fc19d514245');
INSERT INTO "order_history" VALUES('01a22b66-4af8-7f9a-a97d-06f7970ac478',3,1796024453976,'shipped','shipping.started','01a22b66-4b42-7eb9-a924-02ddfc4a6afe','/shop/shipping','01a22b66-4b2a-7a8a-9903-49f41fc12fe7');
INSERT INTO "order_history" VALUES('01a22b66-4af8-7827-9e26-8b078ab871e4',3,1796024453976,'shipped','shipping.started','01a22b66-4b43-7d98-ad99-d9798bceb75a','/shop/shipping','01a22b66-4b2d-7d5b-a78f-55bdab63b3d8');
INSERT INTO "order_history" VALUES('01a22b66-4c14-7cb9-a512-0acf32f88e88',1,1796024454177,'placed','order.place','01a22b66-4c14-7ef6-8afb-fceed4a80e3d','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-4c14-7cb9-a512-0acf32f88e88',2,1796024454206,'rejected','inventory.rejected','01a22b66-4c2d-78b5-8e41-1d1d3f12167d','/shop/inventory','01a22b66-4c22-7856-b134-4fd8caf0ac9a');
INSERT INTO "order_history" VALUES('01a22b66-4d16-79fb-8b63-6cde92399dfc',1,1796024454428,'placed','order.place','01a22b66-4d16-7c76-a96d-3fb7a754d612','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-4d16-79fb-8b63-6cde92399dfc',2,1796024454457,'rejected','inventory.rejected','01a22b66-4d2f-70cb-8f15-cacb5788cbc8','/shop/inventory','01a22b66-4d1d-796e-9a56-7fb2af5e2f12');
INSERT INTO "order_history" VALUES('8084a89d-49b9-47b5-a2b8-5e50f1b1f4a0',1,1796024454917,'rejected','order.place','b27ff399-bcba-4ec3-a4fb-3fd6559d4bcf','/somebody',NULL);
INSERT INTO "order_history" VALUES('01a22b66-550c-71b5-97f0-e144a662f849',1,1796024456478,'placed','order.place','01a22b66-550c-7eca-b780-183f0b307e36','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-550c-71b5-97f0-e144a662f849',2,1796024456509,'confirmed','inventory.updated','01a22b66-5532-7c9d-a080-c4b83fff4bc8','/shop/inventory','01a22b66-5521-7fe0-8d4c-d85e5653099c');
INSERT INTO "order_history" VALUES('01a22b66-550c-71b5-97f0-e144a662f849',3,1796024456522,'shipped','shipping.started','01a22b66-553a-7e00-b1d7-ba8548788d78','/shop/shipping','01a22b66-5532-7c9d-a080-c4b83fff4bc8');
INSERT INTO "order_history" VALUES('01a22b66-5bf6-7cec-bbca-a52b730a0b70',1,1796024458240,'placed','order.place','01a22b66-5bf6-7ff7-9120-bbf678f73d05','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-5bf6-7cec-bbca-a52b730a0b70',2,1796024458267,'confirmed','inventory.updated','01a22b66-5c0d-7027-977f-acbf26020022','/shop/inventory','01a22b66-5c01-74f4-af5d-90175b60dc6c');
INSERT INTO "order_history" VALUES('01a22b66-5bf6-7cec-bbca-a52b730a0b70',3,1796024462285,'shipped','shipping.started','01a22b66-5c16-74e5-bb5b-ec70339891ab','/shop/shipping','01a22b66-5c0d-7027-977f-acbf26020022');
INSERT INTO "order_history" VALUES('01a22b66-6bcb-7bed-a168-a72822dde7a9',1,1796024462291,'placed','order.place','01a22b66-6bcb-7cba-a18d-413c8a1fbd96','/shop/cli',NULL);
INSERT INTO "order_history" VALUES('01a22b66-6bcb-7bed-a168-a72822dde7a9',2,1796024464955,'confirmed','inventory.updated','01a22b66-6be5-7d09-9a79-4802bffc4844','/shop/inventory','01a22b66-6bd3-7f42-9607-4823b43945e6');
INSERT INTO "order_history" VALUES('01a22b66-6bcb-7bed-a168-a72822dde7a9',3,1796024464964,'shipped','shipping.started','01a22b66-7637-791c-bcab-3b5183799b30','/shop/shipping','01a22b66-6be5-7d09-9a79-4802bffc4844');
INSERT INTO "order_history" VALUES('01a22b66-798c-71f4-bb18-4e2fc921adbb',1,1796024465817,'placed','order.place','01a22b66-798c-7197-a70f-dd992005991a','/shop/cli',NULL);
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
INSERT INTO "orders" VALUES('01a22b66-0439-7ef7-a809-a11d0a39729b','shipped','{"currency":"EUR","customer":{"email":"ada@example.org","name":"Ada L."},"lines":[{"quantity":2,"sku":"MUG","unit_price":0},{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b66-0439-7ef7-a809-a11d0a39729b","ship_to":"Old Street 1/2"}','[]','Harbour Express','TNA809A11D0A39729B',1796024435780,1796024435853);
INSERT INTO "orders" VALUES('01a22b66-04e8-72c8-b090-7fdf8cdbc79a','shipped','{"currency":"EUR","customer":{"email":"grace@example.org","name":"Grace \"H\""},"lines":[{"quantity":3,"sku":"CUP","unit_price":0}],"order_id":"01a22b66-04e8-72c8-b090-7fdf8cdbc79a","ship_to":""}','[]','Harbour Express','TNB0907FDF8CDBC79A',1796024435951,1796024435997);
INSERT INTO "orders" VALUES('01a22b66-4af6-71d2-a6e3-805c46ccb1de','shipped','{"currency":"EUR","customer":{"email":"zoe@example.org","name":"Zoë"},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b66-4af6-71d2-a6e3-805c46ccb1de","ship_to":""}','[]','Harbour Express','TNA6E3805C46CCB1DE',1796024453895,1796024453975);
INSERT INTO "orders" VALUES('01a22b66-4af8-7f9a-a97d-06f7970ac478','shipped','{"currency":"EUR","customer":{"email":"zoe@example.org","name":"Zoë"},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b66-4af8-7f9a-a97d-06f7970ac478","ship_to":""}','[]','Northwind Parcel','TNA97D06F7970AC478',1796024453906,1796024453976);
INSERT INTO "orders" VALUES('01a22b66-4af8-7827-9e26-8b078ab871e4','shipped','{"currency":"EUR","customer":{"email":"zoe@example.org","name":"Zoë"},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b66-4af8-7827-9e26-8b078ab871e4","ship_to":""}','[]','Two Rivers Post','TN9E268B078AB871E4',1796024453906,1796024453976);
INSERT INTO "orders" VALUES('01a22b66-4c14-7cb9-a512-0acf32f88e88','rejected','{"currency":"EUR","customer":{"email":"ada@example.org","name":""},"lines":[{"quantity":1,"sku":"TEE","unit_price":0}],"order_id":"01a22b66-4c14-7cb9-a512-0acf32f88e88","ship_to":""}','["TEE is sold out."]',NULL,NULL,1796024454177,1796024454206);
INSERT INTO "orders" VALUES('01a22b66-4d16-79fb-8b63-6cde92399dfc','rejected','{"currency":"EUR","customer":{"email":"ada@example.org","name":""},"lines":[{"quantity":1,"sku":"NOSUCH","unit_price":0}],"order_id":"01a22b66-4d16-79fb-8b63-6cde92399dfc","ship_to":""}','["We do not have a product NOSUCH."]',NULL,NULL,1796024454428,1796024454457);
INSERT INTO "orders" VALUES('8084a89d-49b9-47b5-a2b8-5e50f1b1f4a0','rejected','{"currency":"EUR","customer":{"email":"ada@example.org","name":"Ada"},"lines":[{"quantity":0,"sku":"MUG","unit_price":1}],"order_id":"8084a89d-49b9-47b5-a2b8-5e50f1b1f4a0","ship_to":"Here 1"}','["The quantity of MUG is not from 1 to 10,000."]',NULL,NULL,1796024454917,1796024454917);
INSERT INTO "orders" VALUES('01a22b66-550c-71b5-97f0-e144a662f849','shipped','{"currency":"EUR","customer":{"email":"grace@example.org","name":""},"lines":[{"quantity":1,"sku":"MUG","unit_price":0}],"order_id":"01a22b66-550c-71b5-97f0-e144a662f849","ship_to":""}','[]','Northwind Parcel','TN97F0E144A662F849',1796024456478,1796024456522);
INSERT INTO "orders" VALUES('01a22b66-5bf6-7cec-bbca-a52b730a0b70','shipped','{"currency":"EUR","customer":{"email":"linus@example.org","name":"Linus"},"lines":[{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b66-5bf6-7cec-bbca-a52b730a0b70","ship_to":"Road 3"}','[]','Harbour Express','TNBBCAA52B730A0B70',1796024458240,1796024462285);
INSERT INTO "orders" VALUES('01a22b66-6bcb-7bed-a168-a72822dde7a9','shipped','{"currency":"EUR","customer":{"email":"linus@example.org","name":"Linus"},"lines":[{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b66-6bcb-7bed-a168-a72822dde7a9","ship_to":"Road 3"}','[]','Harbour Express','TNA168A72822DDE7A9',1796024462291,1796024464964);
INSERT INTO "orders" VALUES('01a22b66-798c-71f4-bb18-4e2fc921adbb','placed','{"currency":"EUR","customer":{"email":"linus@example.org","name":"Linus"},"lines":[{"quantity":1,"sku":"CUP","unit_price":0}],"order_id":"01a22b66-798c-71f4-bb18-4e2fc921adbb","ship_to":"Road 3"}','[]',NULL,NULL,1796024465817,1796024465817);
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
INSERT INTO "outbox" VALUES(14,'01a22b66-799a-7040-a2cf-f3620fdc4e79','shop.order.created.v1','01a22b66-798c-71f4-bb18-4e2fc921adbb','order.created','required','01a22b66-798c-71f4-bb18-4e2fc921adbb','/shop/order',1796024465818,'application/cloudevents+json',X'7B226964223A2230316132326236362D373939612D373034302D613263662D663336323066646334653739222C227375626A656374223A2230316132326236362D373938632D373166342D626231382D346532666339323161646262222C2274696D65223A22323032362D31312D33305430373A34313A30352E3831385A222C22736F75726365223A222F73686F702F6F72646572222C2274797065223A2273686F702E6F726465722E637265617465642E7631222C2264617461636F6E74656E7474797065223A226170706C69636174696F6E2F6A736F6E222C227370656376657273696F6E223A22312E30222C22636175736174696F6E6964223A2230316132326236362D373938632D373139372D613730662D646439393230303539393161222C2264617461223A7B226F726465725F6964223A2230316132326236362D373938632D373166342D626231382D346532666339323161646262222C22637573746F6D6572223A7B226E616D65223A224C696E7573222C22656D61696C223A226C696E7573406578616D706C652E6F7267227D2C2263757272656E6379223A22455552222C22736869705F746F223A22526F61642033222C226C696E6573223A5B7B22736B75223A22435550222C227175616E74697479223A312C22756E69745F7072696365223A307D5D7D2C22636F7272656C6174696F6E6964223A2230316132326236362D373938632D373166342D626231382D346532666339323161646262227D',1,1796024466835,'nobody listens to its routing key: run shop topology apply');
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX outbox_key ON outbox (key, seq);
CREATE INDEX orders_placed_at ON orders (placed_at, order_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',14);
COMMIT;
