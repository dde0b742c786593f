import AMQPBridge
import Foundation
import Hummingbird
import HummingbirdTesting
import Ledger
import ServiceHost
import ShopEvents
import Testing

@testable import InventorySvc

@Suite("The stock over HTTP", .timeLimit(.minutes(1)))
struct StockRouteTests {
    private func withClient(_ body: @Sendable (InventoryDesk, any TestClientProtocol) async throws -> Void) async throws
    {
        try await InventoryDesk.open { desk in
            let router = ServiceRouter.make()
            StockRoutes.add(to: router, over: desk.ledger)
            try await Application(router: router).test(.router) { try await body(desk, $0) }
        }
    }

    private func ask(
        _ client: any TestClientProtocol, _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil
    ) async throws -> (status: Int, body: [String: Any]) {
        let response = try await client.executeRequest(
            uri: path, method: method, headers: [:], body: body.map { ByteBuffer(string: $0) })
        let object = try? JSONSerialization.jsonObject(with: Data(String(buffer: response.body).utf8)) as? [String: Any]
        return (response.status.code, object ?? [:])
    }

    @Test("every change is an adjustment with a reason and a time, the newest first")
    func adjustments() async throws {
        try await withClient { desk, client in
            let set = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 7}"#)
            #expect(set.status == 200 && set.body["low_below"] as? Int == 5 && set.body["taken"] as? Int == 0)
            _ = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 9, "reason": "zwei gefunden 🙂"}"#)
            _ = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 9, "reason": "counted", "low_below": null}"#)
            let list = try await ask(client, .get, "/stock/MUG/adjustments")
            let rows = try #require(list.body["adjustments"] as? [[String: Any]])
            #expect(rows.compactMap { $0["amount"] as? Int } == [0, 2, 7])
            #expect(rows.compactMap { $0["reason"] as? String } == ["counted", "zwei gefunden 🙂", "set by hand"])
            #expect(rows.allSatisfy { ($0["time"] as? String)?.hasSuffix("Z") == true })
            #expect(try await ask(client, .get, "/stock/NOPE/adjustments").status == 404)
            try await desk.expectBalance()
        }
    }

    @Test("the last hundred adjustments are shown")
    func manyAdjustments() async throws {
        try await withClient { desk, client in
            for amount in 0..<120 { try await desk.set("MUG", amount) }
            let list = try await ask(client, .get, "/stock/MUG/adjustments")
            #expect((list.body["adjustments"] as? [Any])?.count == 100)
        }
    }

    @Test("by hand a product becomes low, too: by what is there, and by its threshold")
    func low() async throws {
        try await withClient { desk, client in
            // New, it has not fallen.
            _ = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 2}"#)
            _ = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 1}"#)
            #expect(try await desk.said() == [])
            _ = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 8}"#)
            _ = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 4}"#)
            #expect(try await desk.said() == ["MUG inventory.low"])
            let set = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 4, "low_below": 4}"#)
            #expect(set.body["low_below"] as? Int == 4)
            _ = try await ask(client, .put, "/stock/MUG", #"{"on_hand": 4, "low_below": 100}"#)
            #expect(try await desk.said() == ["MUG inventory.low", "MUG inventory.low"])
            let list = try await ask(client, .get, "/stock")
            #expect((list.body["stock"] as? [[String: Any]])?.first?["low_below"] as? Int == 100)
        }
    }

    @Test(
        "a setting that cannot be is refused, and says what can",
        arguments: [
            ("{}", "on_hand"), (#"{"on_hand": -1}"#, "0 to"), (#"{"on_hand": 1000000001}"#, "0 to"),
            (#"{"on_hand": 1.5}"#, "number"), (#"{"on_hand": "1"}"#, "on_hand"), (#"{"on_hand": true}"#, "on_hand"),
            (#"{"on_hand": 1, "low_below": -1}"#, "low_below"), (#"{"on_hand": 1, "reason": ""}"#, "reason"),
            (#"{"on_hand": 1, "reason": 7}"#, "reason"), (#"{"on_hand": 1, "reason": "a\nb"}"#, "reason"),
            (#"{"on_hand": 1, "reason": ""# + String(repeating: "x", count: 201) + #""}"#, "reason"), ("", "empty"),
            ("[]", "object"), (String(repeating: "[", count: 60_000), "nested"),
        ])
    func refused(body: String, word: String) async throws {
        try await withClient { desk, client in
            let answer = try await ask(client, .put, "/stock/MUG", body)
            #expect(answer.status == 400)
            let message = answer.body["detail"] as? String
            #expect(message?.contains(word) == true, "\(message ?? "nothing")")
            #expect(try await desk.stock().isEmpty)
        }
    }
}
