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
        #expect(try keys(lines[0]) == ["quantity", "sku", "unit_price"])
    }

    @Test func typesAndKeysAgree() {
        let all: [(any Event.Type, String)] = [
            (PlaceOrder.self, "order.place"), (OrderCreated.self, "order.created"),
            (OrderRejected.self, "order.rejected"), (InventoryUpdated.self, "inventory.updated"),
            (InventoryRejected.self, "inventory.rejected"), (ShippingStarted.self, "shipping.started"),
        ]
        for (type, key) in all {
            #expect(type.routingKey.rawValue == key)
            #expect(type.type.rawValue == "shop.\(key).v1")
            #expect(type.audience == .required)
        }
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

    @Test func everyEventThatMustBeHeardHasAListener() {
        let heard = Set(ShopService.allCases.flatMap(\.listensTo).map(\.rawValue))
        let emitted = [
            PlaceOrder.routingKey, OrderCreated.routingKey, OrderRejected.routingKey, InventoryUpdated.routingKey,
            InventoryRejected.routingKey, ShippingStarted.routingKey,
        ]
        #expect(heard == Set(emitted.map(\.rawValue)))
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
