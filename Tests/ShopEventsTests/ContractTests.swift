import AMQPBridge
import Foundation
import ShopEvents
import Testing

@Suite("The contract", .timeLimit(.minutes(1)))
struct ContractTests {
    private let customer = Customer(name: "Ann", email: "ann@example.com")
    private let lines = [OrderLine(sku: "MUG", quantity: 2, unitPrice: 1999)]

    @Test func namesAreExact() throws {
        let place = PlaceOrder(orderID: "1", customer: customer, shipTo: "Here 1", lines: lines)
        #expect(try keys(place) == ["currency", "customer", "lines", "order_id", "ship_to"])
        let created = OrderCreated(orderID: "1", customer: customer, shipTo: "", currency: "EUR", lines: lines)
        #expect(try keys(created) == ["currency", "customer", "lines", "order_id", "ship_to"])
        #expect(
            try keys(OrderRejected(orderID: "1", customer: customer, reasons: [])) == [
                "customer", "order_id", "reasons",
            ])
        let updated = InventoryUpdated(orderID: "1", customer: customer, shipTo: "", lines: lines)
        #expect(try keys(updated) == ["customer", "lines", "order_id", "ship_to"])
        #expect(try keys(InventoryRejected(orderID: "1", shortages: [])) == ["order_id", "shortages"])
        let started = ShippingStarted(
            orderID: "1", customer: customer, shipTo: "", carrier: "", trackingNumber: "", lines: lines)
        #expect(
            try keys(started) == ["carrier", "customer", "lines", "order_id", "ship_to", "tracking_number"])
        #expect(try keys(CancelOrder(orderID: "1")) == ["order_id", "reason"])
        #expect(try keys(OrderCancelRequested(orderID: "1")) == ["order_id"])
        #expect(try keys(ShippingCancelled(orderID: "1")) == ["order_id"])
        #expect(try keys(ShippingCancelRefused(orderID: "1")) == ["order_id"])
        #expect(try keys(OrderCancelled(orderID: "1", customer: customer)) == ["customer", "order_id", "reason"])
        #expect(try keys(OrderCancelled(orderID: "1", customer: nil)) == ["order_id", "reason"])
        #expect(try keys(InventoryReleased(orderID: "1", lines: [])) == ["lines", "order_id"])
        #expect(try keys(InventoryLow(sku: "MUG", onHand: 1, threshold: 5)) == ["on_hand", "sku", "threshold"])
        #expect(try keys(lines[0]) == ["quantity", "sku", "unit_price"])
    }

    @Test func typesAndKeysAgree() {
        let all: [(any Event.Type, String)] = [
            (PlaceOrder.self, "order.place"), (CancelOrder.self, "order.cancel"),
            (OrderCreated.self, "order.created"), (OrderRejected.self, "order.rejected"),
            (OrderCancelRequested.self, "order.cancel_requested"), (OrderCancelled.self, "order.cancelled"),
            (InventoryUpdated.self, "inventory.updated"), (InventoryRejected.self, "inventory.rejected"),
            (InventoryReleased.self, "inventory.released"), (InventoryLow.self, "inventory.low"),
            (ShippingStarted.self, "shipping.started"), (ShippingCancelled.self, "shipping.cancelled"),
            (ShippingCancelRefused.self, "shipping.cancel_refused"),
        ]
        let heard = Set(ShopService.allCases.flatMap(\.listensTo))
        for (type, key) in all {
            #expect(type.routingKey.rawValue == key)
            #expect(type.type.rawValue == "shop.\(key).v1")
            #expect((type.audience == .required) == heard.contains(type.routingKey))
        }
    }

    @Test func everyEventHasOneEmitterAndCommandsHaveNone() {
        let emitted = ShopService.allCases.flatMap(\.emits)
        #expect(Set(emitted).count == emitted.count)
        let commands = [PlaceOrder.routingKey, CancelOrder.routingKey]
        let heard = Set(ShopService.workers.flatMap(\.listensTo))
        #expect(heard.subtracting(emitted) == Set(commands))
        // For whoever is interested.
        #expect(Set(emitted).subtracting(heard) == [InventoryReleased.routingKey, InventoryLow.routingKey])
    }

    @Test func aCancellationNeedsTheOrderAlone() throws {
        let body = #"{"order_id":"1","more":1}"#
        #expect(try JSONDecoder().decode(CancelOrder.self, from: Data(body.utf8)) == CancelOrder(orderID: "1"))
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(CancelOrder.self, from: Data("{}".utf8)) }
    }

    @Test func theCommandIsReadLeniently() throws {
        let body = #"{"order_id":"1","customer":{"email":"a@b.example"},"lines":[{"sku":"X","quantity":0}],"more":1}"#
        let order = try JSONDecoder().decode(PlaceOrder.self, from: Data(body.utf8))
        #expect(order.customer.name.isEmpty && order.shipTo.isEmpty && order.currency == "EUR")
        #expect(order.lines == [OrderLine(sku: "X", quantity: 0, unitPrice: 0)])
        for bad in [#"{"customer":{"email":"x"}}"#, #"{"order_id":"1"}"#, #"{"order_id":"1","customer":{}}"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(PlaceOrder.self, from: Data(bad.utf8)) }
        }
    }

    @Test(arguments: [QueueType.quorum, .classic])
    func theTopologyIsComplete(type: QueueType) {
        let all = ShopTopology.all(queueType: type, ladder: .standard)
        #expect(all.exchanges.first == Exchange("shop.events", .topic))
        #expect(all.exchanges.count == 1 + ShopService.allCases.count)
        let expected = ShopService.allCases.flatMap { service in
            ["in", "retry.1s", "retry.10s", "retry.60s", "dead"].map { "\(service.rawValue).\($0)" }
        }
        #expect(Set(all.queues.map(\.name.rawValue)) == Set(expected))
        for queue in all.queues { #expect(queue.arguments["x-queue-type"] == .string(type.rawValue)) }
        for binding in all.bindings { #expect(all.queues.contains { $0.name == binding.queue }) }
    }

    private func keys(_ value: some Encodable) throws -> [String] {
        let object = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(value))
        return try #require(object as? [String: Any]).keys.sorted()
    }
}
