import AMQPBridge
import Foundation
import HTTPTypes
import Testing

@testable import OrderSvc

/// What `openapi.json` says is what the code does.
@Suite("The API's description", .timeLimit(.minutes(1)))
struct OpenAPITests {
    private typealias Object = [String: Any]

    private func document() throws -> Object {
        let data = Data(PackageResources.openapi_json)
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    private func schema(_ name: String, _ document: Object) throws -> Object {
        let components = try #require(document["components"] as? Object)
        return try #require((components["schemas"] as? Object)?[name] as? Object, "\(name)")
    }

    private func properties(_ name: String, _ document: Object) throws -> Set<String> {
        Set(try #require(try schema(name, document)["properties"] as? Object).keys)
    }

    @Test("it is served as it stands in the documentation")
    func served() async throws {
        try await OrderAPI.open { api in
            let answer = try await api.ask(.get, "/openapi.json")
            #expect(answer.status == 200 && Array(answer.text.utf8) == PackageResources.openapi_json)
        }
    }

    @Test("every address and method in it is there, and no other method is")
    func routes() async throws {
        try await OrderAPI.open { api in
            let paths = try #require(try document()["paths"] as? [String: Object])
            for (path, operations) in paths {
                let id = UUIDv7().description
                _ = try await api.place(OrderAPI.order(id))
                let address = path.replacing("{id}", with: id)
                // Else nothing would end the stream.
                if path.hasSuffix("/events") { try await api.desk.tell(OrderDesk.taken(id), OrderDesk.started(id)) }
                for method in ["get", "put", "post", "delete", "patch", "options"] {
                    let answer = try await api.ask(
                        try #require(HTTPRequest.Method(method.uppercased())), address, method == "get" ? nil : "{}")
                    guard let operation = operations[method] as? Object else {
                        #expect(answer.status == 405, "\(method) \(path)")
                        continue
                    }
                    let responses = try #require(operation["responses"] as? Object)
                    #expect(responses[String(answer.status)] != nil, "\(method) \(path): \(answer.status)")
                }
            }
        }
    }

    @Test("its values are those of the code")
    func values() throws {
        let document = try document()
        #expect(try schema("Status", document)["enum"] as? [String] == OrderStatus.allCases.map(\.rawValue))
        let lines = try #require((try schema("PlaceOrder", document)["properties"] as? Object)?["lines"] as? Object)
        #expect(lines["maxItems"] as? Int == OrderRules.maxLines)
        let line = try #require(try schema("Line", document)["properties"] as? Object)
        let (quantity, price) = (line["quantity"] as? Object, line["unit_price"] as? Object)
        #expect(quantity?["minimum"] as? Int == OrderRules.quantities.lowerBound)
        #expect(quantity?["maximum"] as? Int == OrderRules.quantities.upperBound)
        #expect(price?["maximum"] as? Int == OrderRules.maxUnitPrice)
    }

    @Test("what an order shows is in it, and what it requires is shown")
    func fields() async throws {
        let id = UUIDv7().description
        try await OrderAPI.open { api in
            let document = try document()
            _ = try await api.place(OrderAPI.order(id))
            try await api.desk.tell(OrderDesk.taken(id), OrderDesk.started(id))
            let order = try await api.ask(.get, "/orders/\(id)").body
            #expect(Set(order.keys) == (try properties("Order", document)))
            let entry = try #require((order["history"] as? [Object])?.last)
            #expect(Set(entry.keys).isSubset(of: try properties("Entry", document)))
            let required = try #require(try schema("Entry", document)["required"] as? [String])
            #expect(Set(required).isSubset(of: entry.keys))
        }
    }
}
