import AMQPBridge
import Foundation
import HTTPTypes
import Ledger
import ShopEvents
import Testing

@testable import OrderSvc

/// Nothing here has a broker: the door needs none.
@Suite("POST /orders", .timeLimit(.minutes(1)))
struct OrderDoorTests {
    /// Posts one body after the other.
    private func post(
        _ bodies: [String], _ check: @escaping @Sendable (OrderDesk, [OrderAPI.Answer]) async throws -> Void
    ) async throws {
        try await OrderAPI.open { api in
            var answers: [OrderAPI.Answer] = []
            for body in bodies { answers.append(try await api.place(body)) }
            try await check(api.desk, answers)
        }
    }

    private func order(_ id: String?, quantity: Int = 1) -> String { OrderAPI.order(id, quantity: quantity) }

    @Test("a new order is stored, announced and shown; again, it is the same one; with another body it is refused")
    func placing() async throws {
        let id = UUIDv7().description
        try await post([order(id), order(id.uppercased()), order(id, quantity: 2)]) { desk, answers in
            #expect(answers.map(\.status) == [202, 202, 409], "\(answers)")
            for answer in answers.prefix(2) {
                #expect(try answer.body["order_id"] as? String == id)
                #expect(
                    try answer.body["href"] as? String == "/orders/\(id)"
                        && answer.headers[.location] == "/orders/\(id)")
            }
            #expect(try answers[2].body["status"] as? Int == 409)
            #expect(try answers[2].detail.contains("other contents"))
            #expect(try await desk.said(id) == ["order.created"])
            #expect(try await desk.story(id) == ["order.place placed", "order.place placed"])
            let sources = try await desk.ledger.read { try OrderStore(transaction: $0).history(of: id) }.map(\.source)
            #expect(sources == ["/shop/order/http", "/shop/order/http"])
            let (journal, announced) = try await desk.ledger.read {
                (try $0.journal(of: id, limit: 10), try $0.outboxEntries(of: id, limit: 10))
            }
            #expect(journal.map(\.event) == ["order.place"], "the trace begins with it, once")
            #expect(announced.compactMap(\.causationID) == journal.map(\.eventID))
        }
    }

    @Test("of a field that stands twice the first counts, as in events")
    func twice() async throws {
        let id = UUIDv7().description
        let body = order(id).replacing("1999}]", with: #"1999}], "order_id": "x", "ship_to": "There 2""#)
        try await post([body]) { desk, answers in
            #expect(answers.map(\.status) == [202], "\(answers)")
            let order = try await desk.order(id)
            #expect(order.shipTo == "Here 1")
        }
        let event = #"{"order_id":"\#(id)","customer":{"email":"a@b.example"},"order_id":"x"}"#
        #expect(try JSONDecoder().decode(PlaceOrder.self, from: Data(event.utf8)).orderID == id)
    }

    @Test("an order without an id gets one", arguments: [true, false])
    func withoutID(isNull: Bool) async throws {
        let body = isNull ? order("X").replacing("\"X\"", with: "null") : order(nil)
        try await post([body, body]) { desk, answers in
            #expect(answers.map(\.status) == [202, 202], "\(answers)")
            let ids = try answers.compactMap { try $0.body["order_id"] as? String }
            #expect(Set(ids).count == 2)
            for id in ids { #expect(try await desk.order(id).lines.first?.unitPrice == 1999) }
        }
    }

    @Test("by event and by HTTP it is the same order")
    func bothDoors() async throws {
        let id = UUIDv7().description
        try await post([order(id)]) { desk, _ in
            let command = PlaceOrder(
                orderID: id, customer: OrderDesk.customer, shipTo: "Here 1",
                lines: [OrderLine(sku: "MUG", quantity: 1, unitPrice: 1999)])
            try await desk.tell(command)
            #expect(try await desk.said(id) == ["order.created"])
        }
    }

    @Test("an order whose cancellation was heard first is stored cancelled")
    func afterCancellation() async throws {
        let id = UUIDv7().description
        try await OrderAPI.open { api in
            let desk = api.desk
            try await desk.tell(CancelOrder(orderID: id))
            let empty = try await api.ask(.get, "/orders/\(id)")
            #expect(empty.status == 200 && empty.text.contains("\"email\":\"\""))
            let response = try await api.place(OrderAPI.order(id))
            #expect(response.status == 202)
            #expect(try await desk.order(id).status == .cancelled)
            #expect(try await desk.data(OrderCancelled.self, id).last?.customer == OrderDesk.customer)
        }
    }

    @Test("an invalid order is refused with its reasons, and nothing is stored")
    func invalid() async throws {
        let id = UUIDv7().description
        let bodies = [
            order(id, quantity: 0), order("1"), order(id).replacing("ann@example.com", with: "ann"),
            order(id).replacing("\"email\"", with: "\"mail\""), order(id).replacing("\"MUG\"", with: "7"),
            order(id).replacing("[{", with: "[0, {"), "{}",
        ]
        try await post(bodies) { desk, answers in
            #expect(answers.map(\.status) == bodies.map { _ in 422 }, "\(answers)")
            for answer in answers {
                #expect(try (answer.body["reasons"] as? [String])?.isEmpty == false)
                #expect(try answer.body["title"] as? String == "Unprocessable Content")
            }
            #expect(try answers[3].detail == "customer.email is missing")
            #expect(try answers[4].detail == "lines.0.sku is of the wrong type")
            let stored = try await desk.ledger.read { try OrderStore(transaction: $0).facts(after: "", limit: 10) }
            #expect(stored.isEmpty)
        }
    }

    @Test(
        "what is no JSON object is told so",
        arguments: [
            "", "{", "[]", "7", "null", "\"x\"", "{\"order_id\": 1e999}", String(repeating: "[", count: 60_000),
            String(repeating: "{\"a\":", count: 5000), "{}x",
        ])
    func unreadable(body: String) async throws {
        try await post([body]) { _, answers in
            #expect(answers.map(\.status) == [400], "\(answers)")
            let message = try #require(answers.first).detail
            #expect(!message.isEmpty)
        }
    }

    @Test("64 KiB are read, and no more")
    func tooLarge() async throws {
        let padding = { (count: Int) in String(repeating: " ", count: count) }
        let small = order(nil)
        let bodies = [padding(65_536 - small.utf8.count) + small, padding(65_537 - small.utf8.count) + small]
        try await post(bodies) { _, answers in #expect(answers.map(\.status) == [202, 413]) }
    }
}
