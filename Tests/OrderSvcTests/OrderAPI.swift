import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ServiceHost
import Testing

@testable import OrderSvc

/// The order service's HTTP API over a real ledger, for one test.
struct OrderAPI: Sendable {
    struct Answer: Sendable {
        var status: Int
        var text: String
        var headers: HTTPFields

        var body: [String: Any] {
            get throws {
                try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
            }
        }

        /// What a problem says.
        var detail: String {
            get throws { try #require(try body["detail"] as? String) }
        }
    }

    let desk: OrderDesk
    private let client: any TestClientProtocol

    static func open(rateLimit: Int = 0, _ body: @Sendable (OrderAPI) async throws -> Void) async throws {
        try await OrderDesk.open { desk in
            let router = ServiceRouter.make()
            OrderRoutes.add(to: router, over: desk.ledger, rateLimit: rateLimit)
            try await Application(router: router).test(.router) { client in
                try await body(OrderAPI(desk: desk, client: client))
            }
        }
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ headers: [String: String] = [:]
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        let response = try await client.executeRequest(
            uri: path, method: method, headers: fields, body: body.map { ByteBuffer(string: $0) })
        return Answer(
            status: response.status.code, text: String(buffer: response.body), headers: response.headers)
    }

    func place(_ body: String, key: String? = nil) async throws -> Answer {
        try await ask(.post, "/orders", body, key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    static func order(_ id: String?, quantity: Int = 1) -> String {
        let field = id.map { "\"order_id\": \"\($0)\", " } ?? ""
        return """
            {\(field)"customer": {"name": "Ann", "email": "ann@example.com"}, "ship_to": "Here 1", "currency": "EUR",
             "lines": [{"sku": "MUG", "quantity": \(quantity), "unit_price": 1999}]}
            """
    }
}
