import AMQPBridge
import ShopRunning
import Testing

@Suite("Orders over HTTP, and several requests on one connection", .timeLimit(.minutes(1)))
struct PipeliningTests {
    @Test("sent without waiting, they are answered in their order, each to its end")
    func inARow() async throws {
        try await OrderDoor.with { door in
            let id = UUIDv7().description
            let requests = [
                RawClient.request("POST", "/orders", body: OrderDoor.order(id)),
                RawClient.request("GET", "/orders/\(id)"),
                RawClient.request("HEAD", "/nothing"), RawClient.request("PUT", "/orders", body: "{}"),
                RawClient.request("GET", "/health/live"),
            ]
            let answers = try await door.client.connected { connection in
                try connection.write(requests.joined())
                return try requests.map { try connection.answer(hasBody: !$0.hasPrefix("HEAD")) }
            }
            #expect(answers.map { $0?.status } == [202, 200, 404, 405, 200])
            #expect(answers[1]?.text.contains(id) == true)
        }
    }

    @Test("a body that ends too early: 400 for whoever still listens, nothing is stored, and nobody is alarmed")
    func halfABody() async throws {
        try await OrderDoor.with { door in
            let id = UUIDv7().description
            let whole = RawClient.request("POST", "/orders", body: OrderDoor.order(id) + " ")
            let answer = try await door.client.connected { connection in
                // Without the last blank it is an order already.
                try connection.write(String(whole.dropLast()))
                connection.endWriting()
                return try connection.answer()
            }
            #expect(answer?.status == 400)
            #expect(answer?.problem == "the body has not come as a whole")
            #expect(try await door.ask("GET", "/orders/\(id)").status == 404)
            #expect(!door.process.logText.contains("A request failed"))
        }
    }
}
