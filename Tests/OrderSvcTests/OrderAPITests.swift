import AMQPBridge
import Foundation
import HTTPTypes
import Ledger
import ServiceHost
import ShopEvents
import Testing

@testable import OrderSvc

@Suite("The HTTP API of orders", .timeLimit(.minutes(1)))
struct OrderAPITests {
    @Test("with a key the same request has the same answer, and another body is refused")
    func idempotency() async throws {
        try await OrderAPI.open { api in
            let first = try await api.place(OrderAPI.order(nil), key: "k-1")
            let again = try await api.place(OrderAPI.order(nil), key: "k-1")
            #expect(first.status == 202 && again.status == 202)
            #expect(first.text == again.text && first.headers[.location] == again.headers[.location])
            let other = try await api.place(OrderAPI.order(nil, quantity: 2), key: "k-1")
            #expect(other.status == 422)
            #expect(try other.detail.contains("another body"))
            let another = try await api.place(OrderAPI.order(nil), key: "k-2")
            #expect(another.status == 202 && another.text != first.text)
            let orders = try await api.desk.ledger.read { try OrderStore(transaction: $0).facts(after: "", limit: 10) }
            #expect(orders.count == 2)
        }
    }

    @Test("a key whose order was refused is free again")
    func refusedWithKey() async throws {
        try await OrderAPI.open { api in
            let bad = try await api.place(OrderAPI.order(nil, quantity: 0), key: "k")
            let good = try await api.place(OrderAPI.order(nil, quantity: 1), key: "k")
            #expect(bad.status == 422 && good.status == 202)
        }
    }

    @Test("a key that is none is refused", arguments: ["two words", "ä", String(repeating: "x", count: 256)])
    func badKey(key: String) async throws {
        try await OrderAPI.open { api in
            let answer = try await api.place(OrderAPI.order(nil), key: key)
            #expect(answer.status == 400)
        }
    }

    @Test("while its first request is answered, a key is in use")
    func keyInUse() async throws {
        let keys = KeysInUse()
        let (key, other) = (try IdempotencyKey(text: "k"), try IdempotencyKey(text: "other"))
        try await keys.using(key) {
            let problem = await #expect(throws: Problem.self) { try await keys.using(key) {} }
            #expect(problem?.status == .conflict && problem?.retryAfter == 1)
            try await keys.using(other) {}
        }
        try await keys.using(key) {}
    }

    @Test("cancelling is stored once, asks Shipping once, and says where to look")
    func cancelling() async throws {
        let id = UUIDv7().description
        try await OrderAPI.open { api in
            _ = try await api.place(OrderAPI.order(id))
            let first = try await api.ask(.post, "/orders/\(id)/cancel", #"{"reason": "too late"}"#)
            let again = try await api.ask(.post, "/orders/\(id.uppercased())/cancel")
            #expect(first.status == 202 && again.status == 202 && first.text == again.text)
            #expect(first.headers[.location] == "/orders/\(id)")
            #expect(try await api.desk.said(id) == ["order.created", "order.cancel_requested"])
            #expect(try await api.desk.order(id).cancelReason == "too late")
        }
    }

    @Test("what cannot be cancelled says why")
    func notCancelled() async throws {
        let id = UUIDv7().description
        try await OrderAPI.open { api in
            #expect(try await api.ask(.post, "/orders/\(id)/cancel").status == 404)
            _ = try await api.place(OrderAPI.order(id))
            #expect(try await api.ask(.post, "/orders/\(id)/cancel", "[]").status == 400)
            #expect(try await api.ask(.post, "/orders/\(id)/cancel", #"{"reason": 7}"#).status == 400)
            let long = #"{"reason": ""# + String(repeating: "x", count: 1001) + #""}"#
            #expect(try await api.ask(.post, "/orders/\(id)/cancel", long).status == 422)
            try await api.desk.tell(OrderDesk.taken(id), OrderDesk.started(id))
            let answer = try await api.ask(.post, "/orders/\(id)/cancel")
            #expect(answer.status == 409)
            #expect(try answer.detail.contains("shipped"))
        }
    }

    @Test("pages follow each other, whatever is placed meanwhile, and the last one says so")
    func pages() async throws {
        try await OrderAPI.open { api in
            var placed: [String] = []
            for _ in 0..<5 {
                placed.append(UUIDv7().description)
                _ = try await api.place(OrderAPI.order(placed.last))
            }
            var seen: [String] = []
            var cursor: String?
            repeat {
                let path = "/orders?limit=2" + (cursor.map { "&cursor=\($0)" } ?? "")
                let page = try await api.ask(.get, path)
                let orders = try #require(try page.body["orders"] as? [[String: Any]])
                seen += orders.compactMap { $0["order_id"] as? String }
                cursor = try page.body["next"] as? String
                _ = try await api.place(OrderAPI.order(nil))
            } while cursor != nil
            #expect(Set(seen) == Set(placed) && seen.count == 5)
            for bad in ["x", "1", "1.x", ".\(placed[0])"] {
                #expect(try await api.ask(.get, "/orders?cursor=\(bad)").status == 400)
            }
            #expect(try await api.ask(.get, "/orders?status=lost").status == 400)
            #expect(try await api.ask(.get, "/orders?limit=0").status == 400)
            let all = try #require(try await api.ask(.get, "/orders?status=placed").body["orders"] as? [Any])
            #expect(all.count == 8)
        }
    }

    @Test("an order can be followed to its end, and from any point again")
    func following() async throws {
        let id = UUIDv7().description
        try await OrderAPI.open { api in
            #expect(try await api.ask(.get, "/orders/\(id)/events").status == 404)
            _ = try await api.place(OrderAPI.order(id))
            async let live = api.ask(.get, "/orders/\(id)/events")
            for event in [OrderDesk.taken(id) as any Event, OrderDesk.started(id)] { try await api.desk.tell(event) }
            let stream = try await live
            #expect(stream.headers[.contentType] == "text/event-stream")
            let events = stream.text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
            #expect(
                events.map { $0.components(separatedBy: "\n").prefix(2).joined(separator: " ") } == [
                    "id: 1 event: order.place", "id: 2 event: inventory.updated", "id: 3 event: shipping.started",
                ])
            #expect(events.last?.contains(#""status":"shipped""#) == true)
            let rest = try await api.ask(.get, "/orders/\(id)/events", nil, ["Last-Event-ID": "2"])
            #expect(rest.text.hasPrefix("id: 3\n"))
            let nothing = try await api.ask(.get, "/orders/\(id)/events", nil, ["Last-Event-ID": "3"])
            #expect(nothing.status == 204)
        }
    }

    @Test("the trace a client began goes on in the order's events")
    func trace() async throws {
        let parent = try #require(TraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        let id = UUIDv7().description
        try await OrderAPI.open { api in
            _ = try await api.ask(
                .post, "/orders", OrderAPI.order(id), ["traceparent": parent.description])
            _ = try await api.ask(
                .post, "/orders/\(id)/cancel", nil, ["traceparent": parent.description])
            let bodies = try await api.desk.ledger.read {
                try $0.query("SELECT body FROM outbox WHERE key = ?", .text(id)).map { try $0.bytes("body") }
            }
            let traces = try bodies.map { try CloudEventsCodec().decodeMetadata($0).traceparent }
            #expect(traces == [parent.description, parent.description])
        }
    }

    @Test("errors are problem details")
    func problems() async throws {
        try await OrderAPI.open { api in
            for (path, method, status) in [
                ("/orders/x", HTTPRequest.Method.get, 404), ("/nothing", .get, 404), ("/orders", .delete, 405),
                ("/orders", .post, 400),
            ] {
                let answer = try await api.ask(method, path)
                #expect(answer.status == status)
                #expect(answer.headers[.contentType] == "application/problem+json")
                #expect(try answer.body["status"] as? Int == status && answer.body["type"] as? String == "about:blank")
                #expect(try answer.body["title"] is String && !answer.detail.isEmpty)
                if status == 405 { #expect(answer.headers[.allow] == "GET, HEAD, POST") }
            }
        }
    }

    @Test("who asks too often is told when to come back, and the description of the API is not held back")
    func tooOften() async throws {
        try await OrderAPI.open(rateLimit: 2) { api in
            var statuses: [Int] = []
            for _ in 0..<20 { statuses.append(try await api.ask(.get, "/orders").status) }
            #expect(statuses.prefix(4) == [200, 200, 200, 200] && statuses.last == 429)
            let answer = try await api.ask(.get, "/orders")
            #expect(answer.headers[.retryAfter] == "1")
            #expect(try await api.ask(.get, "/openapi.json").status == 200)
        }
    }
}
