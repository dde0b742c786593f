import AMQPBridge
import Foundation
import Ledger
import ShopEvents
import Testing

@testable import OrderSvc

@Suite("Cancelling an order", .timeLimit(.minutes(2)))
struct OrderCancellingTests {
    private let id = UUIDv7().description

    private func cancel(_ reason: String = "") -> CancelOrder { CancelOrder(orderID: id, reason: reason) }

    @Test("a placed order: Shipping is asked once; what it says then ends the order and is told to the customer")
    func placed() async throws {
        try await OrderDesk.open { desk in
            try await desk.tell(OrderDesk.place(id), cancel("too late for me"), cancel("again"))
            #expect(try await desk.said(id) == ["order.created", "order.cancel_requested"])
            #expect(try await desk.order(id).status == .placed)
            try await desk.tell(ShippingCancelled(orderID: id), ShippingCancelled(orderID: id), cancel())
            #expect(try await desk.order(id).status == .cancelled)
            #expect(try await desk.order(id).reasons == ["too late for me"])
            #expect(try await desk.said(id) == ["order.created", "order.cancel_requested", "order.cancelled"])
            let told = try await desk.data(OrderCancelled.self, id)
            #expect(told == [OrderCancelled(orderID: id, customer: OrderDesk.customer, reason: "too late for me")])
            #expect(
                try await desk.story(id) == [
                    "order.place placed", "order.cancel placed", "order.cancel placed", "shipping.cancelled cancelled",
                    "shipping.cancelled cancelled", "order.cancel cancelled",
                ])
        }
    }

    @Test("a confirmed order that has left: the refusal is only written down, and it is shipped")
    func tooLate() async throws {
        try await OrderDesk.open { desk in
            try await desk.tell(OrderDesk.place(id), OrderDesk.taken(id), cancel(), ShippingCancelRefused(orderID: id))
            #expect(try await desk.order(id).status == .confirmed)
            try await desk.tell(cancel(), OrderDesk.started(id))
            #expect(try await desk.order(id).status == .shipped)
            #expect(try await desk.said(id) == ["order.created", "order.cancel_requested"])
            #expect(try await desk.story(id).contains("shipping.cancel_refused confirmed"))
        }
    }

    @Test("an order that has ended: nobody is asked", arguments: ["shipped", "rejected", "invalid", "cancelled"])
    func ended(how: String) async throws {
        try await OrderDesk.open { desk in
            switch how {
            case "shipped": try await desk.tell(OrderDesk.place(id), OrderDesk.started(id))
            case "rejected": try await desk.tell(OrderDesk.place(id), OrderDesk.refused(id))
            case "invalid":
                var order = OrderDesk.place(id)
                order.lines = []
                try await desk.tell(order)
            default: try await desk.tell(cancel())
            }
            let said = try await desk.said(id)
            let status = try await desk.order(id).status
            try await desk.tell(cancel(), cancel())
            #expect(try await desk.said(id) == said)
            #expect(try await desk.order(id).status == status && status.isTerminal)
            #expect(try await desk.story(id).suffix(2) == ["order.cancel \(status)", "order.cancel \(status)"])
        }
    }

    @Test("before its order has come: cancelled at once; the order is filled in, never created, and its customer told")
    func before() async throws {
        try await OrderDesk.open { desk in
            try await desk.tell(cancel("mistake"), cancel("other words"))
            #expect(try await desk.data(OrderCancelled.self, id).map(\.customer) == [nil])
            #expect(try await desk.order(id).customer == nil)
            try await desk.tell(OrderDesk.place(id), OrderDesk.place(id))
            let order = try await desk.order(id)
            #expect(order.status == .cancelled && order.lines == OrderDesk.lines && order.reasons == ["mistake"])
            #expect(try await desk.said(id) == ["order.cancelled", "order.cancelled"])
            #expect(
                try await desk.data(OrderCancelled.self, id).last
                    == OrderCancelled(orderID: id, customer: OrderDesk.customer, reason: "mistake"))
            #expect(try await desk.story(id).last == "order.place cancelled")
        }
    }

    @Test("a bad order whose cancellation came first stays cancelled, and its name reaches no mail")
    func badOrderAfter() async throws {
        try await OrderDesk.open { desk in
            var order = OrderDesk.place(id)
            order.lines = []
            order.customer.name = "Ann\r\nBcc: everybody@example.com"
            try await desk.tell(cancel(), order)
            #expect(try await desk.said(id) == ["order.cancelled", "order.cancelled"])
            let told = try await desk.data(OrderCancelled.self, id).last
            #expect(told?.customer == Customer(name: "", email: "ann@example.com"))
        }
    }

    @Test("the rules of placing hold after a cancellation, too")
    func rulesHold() async throws {
        try await OrderDesk.open { desk in
            try await desk.tell(cancel())
            var unanswerable = OrderDesk.place(id)
            unanswerable.customer.email = "nobody"
            #expect(try await desk.failure(of: unanswerable)?.failureClass == .permanent)
            #expect(try await desk.order(id).customer == nil)
            var other = OrderDesk.place(id)
            other.shipTo = "Elsewhere"
            try await desk.tell(OrderDesk.place(id))
            #expect(try await desk.failure(of: other) is OrderPlacing.AnotherBody)
        }
    }

    @Test("an id is known in any case")
    func upperCase() async throws {
        try await OrderDesk.open { desk in
            try await desk.tell(OrderDesk.place(id), CancelOrder(orderID: id.uppercased()))
            #expect(try await desk.said(id) == ["order.created", "order.cancel_requested"])
        }
    }

    @Test(
        "a command that cannot be used is a dead letter and cancels nothing",
        arguments: [
            CancelOrder(orderID: "1"), CancelOrder(orderID: ""),
            CancelOrder(orderID: "018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f", reason: "a\0b"),
            CancelOrder(
                orderID: "018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f", reason: String(repeating: "x", count: 1001)),
        ])
    func unusable(command: CancelOrder) async throws {
        try await OrderDesk.open { desk in
            #expect(try await desk.failure(of: command)?.failureClass == .permanent)
            let orders = try await desk.ledger.read { try OrderStore(transaction: $0).facts(after: "", limit: 10) }
            #expect(orders.isEmpty)
        }
    }

    @Test("news of an order that was never stored is a dead letter at once, whatever it is")
    func unknown() async throws {
        try await OrderDesk.open { desk in
            let news: [any Event] = [
                OrderDesk.taken(id), OrderDesk.refused(id), OrderDesk.started(id), ShippingCancelled(orderID: id),
                ShippingCancelRefused(orderID: id),
            ]
            for event in news {
                let failure = try await desk.failure(of: event)
                #expect(failure?.failureClass == .permanent)
                #expect("\(String(describing: failure))".contains(id))
            }
            try await desk.tell(OrderDesk.place(id))
            #expect(try await desk.order(id).status == .placed)
        }
    }

    @Test("a story ends at a thousand lines; what is told after that still counts")
    func longStory() async throws {
        try await OrderDesk.open { desk in
            try await desk.tell(OrderDesk.place(id))
            for _ in 0..<1100 { try await desk.tell(OrderDesk.place(id)) }
            try await desk.tell(OrderDesk.started(id))
            #expect(try await desk.story(id).count == 1000)
            #expect(try await desk.order(id).status == .shipped)
        }
    }
}
