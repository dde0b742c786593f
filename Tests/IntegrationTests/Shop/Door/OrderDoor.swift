import Foundation
import ShopEvents
import ShopRunning
import Testing

/// The order service as a process, with its own database and no broker: what comes over HTTP needs none.
struct OrderDoor: Sendable {
    let process: ServiceProcess
    var client: RawClient { RawClient(port: process.port) }

    /// Runs one for as long as the body does.
    static func with(
        _ environment: [String: String] = [:], wrapper: [String] = [], _ body: (OrderDoor) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with("door") { folder in
            let process = try ServiceProcess(
                .order, port: try FreePorts.next(), in: folder, log: folder.appending(path: "order.log"),
                environment: ["AMQP_URL": "amqp://127.0.0.1:\(try FreePorts.next())"].merging(environment) { $1 },
                wrapper: wrapper)
            let result = await Result.of {
                try await waitFor("the door of the order service") { try await process.health("live").status == 200 }
                try await body(OrderDoor(process: process))
                #expect(process.process.exitCode == nil, "it ended: \(process.logText.suffix(2000))")
            }
            // At once: in order it would wait a while for its outbox, which no broker empties.
            await process.process.end(within: .zero)
            try result.get()
        }
    }

    /// Asks, and gets an answer.
    func ask(
        _ method: String, _ path: String, _ fields: [String] = [], body: String = ""
    ) async throws -> RawAnswer {
        try #require(
            try await client.ask(method, path, fields, body: body), "no answer to \(method) \(path.prefix(80))")
    }

    static func order(_ id: String) -> String {
        """
        {"order_id": "\(id)", "customer": {"name": "Ann", "email": "ann@example.com"}, "ship_to": "Here 1",
         "lines": [{"sku": "MUG", "quantity": 1, "unit_price": 1999}]}
        """
    }
}
