import AMQPBridge
import Foundation
import ShopEvents
import Testing

@testable import BoardSvc

@Suite("What the board hears", .timeLimit(.minutes(1)))
struct HearingTests {
    private let types: [EventType: any Event.Type] = [HeardEvent.type: HeardEvent.self]

    private func decode(_ body: String) throws -> (metadata: EventMetadata, event: HeardEvent) {
        let (metadata, event) = try OnlookerCodec().decode([UInt8](body.utf8), as: types)
        return (metadata, try #require(event as? HeardEvent))
    }

    private func body(_ data: String) -> String {
        #"{"specversion":"1.0","id":"e1","source":"/shop/order","type":"shop.order.created.v1","data":\#(data)}"#
    }

    @Test func readsWhatWasOrderedWhereSomebodySaysSo() throws {
        let customer = Customer(name: "Ann", email: "ann@example.com")
        let lines = [OrderLine(sku: "MUG", quantity: 2, unitPrice: 1999), OrderLine(sku: "POT", quantity: 1)]
        let order = OrderCreated(orderID: "o", customer: customer, shipTo: "", currency: "EUR", lines: lines)
        let encoded = try EventEncoder(source: "/shop/order").encode(order)
        let (metadata, event) = try OnlookerCodec().decode(encoded.body, as: types)
        #expect(metadata.id == encoded.id && metadata.type == OrderCreated.type)
        let heard = try #require(event as? HeardEvent)
        #expect(heard.total == 3998 && heard.pieces == 3 && heard.currency == "EUR")
    }

    @Test(arguments: ["{}", "[]", "null", #""text""#, #"{"lines":"none"}"#, #"{"lines":[{"sku":1}],"currency":7}"#])
    func anyDataMakesAnEvent(data: String) throws {
        let (metadata, event) = try decode(body(data))
        #expect(metadata.id == "e1")
        #expect(event.lines == nil && event.currency == nil && event.total == nil)
    }

    @Test func whatDoesNotFitIsNotAdded() throws {
        let half = Int.max / 2 + 1
        #expect(HeardEvent(lines: [OrderLine(sku: "A", quantity: half, unitPrice: 2)]).total == nil)
        #expect(
            HeardEvent(lines: [OrderLine(sku: "A", quantity: half), OrderLine(sku: "B", quantity: half)]).pieces == nil)
    }

    @Test(arguments: ["", "garbage", "{", "[1]", #"{"specversion":"1.0"}"#, String(repeating: "[", count: 1000)])
    func whatNobodyCanReadIsHeardAsSuch(body: String) throws {
        let (metadata, _) = try decode(body)
        #expect(metadata.type == OnlookerCodec.unreadable && !metadata.id.isEmpty && metadata.correlationID.isEmpty)
        #expect(try decode(body).metadata.id == metadata.id, "the same is the same")
        #expect(try decode(body + " ").metadata.id != metadata.id)
    }

    @Test(arguments: [
        ("shop.order.created.v1", "order.created"), ("shop.order.cancel_requested.v12", "order.cancel_requested"),
        ("unreadable", "unreadable"), ("shop", "shop"), ("shop.v1", "shop"), ("com.example.thing", "com.example.thing"),
        ("v1", "v1"), ("a.vx", "a.vx"), ("", ""),
    ])
    func eventsAreCalledByTheirKeys(type: String, name: String) {
        #expect(EventName.of(EventType(rawValue: type)) == name)
    }

    @Test func everyTypeOfTheContractIsCalledByItsKey() {
        let all: [any Event.Type] = [
            PlaceOrder.self, CancelOrder.self, OrderCreated.self, OrderRejected.self, OrderCancelRequested.self,
            OrderCancelled.self, InventoryUpdated.self, InventoryRejected.self, InventoryReleased.self,
            InventoryLow.self, ShippingStarted.self, ShippingCancelled.self, ShippingCancelRefused.self,
        ]
        for type in all { #expect(EventName.of(type.type) == type.routingKey.rawValue) }
    }
}
