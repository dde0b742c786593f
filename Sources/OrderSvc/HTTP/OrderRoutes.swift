import AMQPBridge
import Foundation
import Hummingbird
import Ledger

/// The order service's routes: looking at orders, and placing one.
enum OrderRoutes {
    private static let defaultLimit = 50
    private static let maxLimit = 100_000
    /// A long list leaves page by page, so that it needs no more memory than a short one.
    private static let pageSize = 200

    static func add(to router: Router<BasicRequestContext>, over ledger: EventLedger) {
        OrderDoor.add(to: router, over: ledger)
        router.get("/orders") { request, _ in
            let status = try request.uri.queryParameters["status"].map { try parseStatus(String($0)) }
            let limit = try request.uri.queryParameters["limit"].map { try parseLimit(String($0)) } ?? defaultLimit
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody { try await write(status, limit, to: &$0, reading: ledger) })
        }
        router.get("/orders/:id") { _, context in
            let id = try context.parameters.require("id").lowercased()
            let found = try await ledger.read { try OrderView(of: id, in: $0) }
            guard let found else { throw HTTPError(.notFound, message: "there is no order \(id)") }
            return found
        }
    }

    /// `{"orders":[…]}`
    private static func write(
        _ status: OrderStatus?, _ limit: Int, to writer: inout any ResponseBodyWriter, reading ledger: EventLedger
    ) async throws {
        let encoder = JSONEncoder()
        var left = limit
        var last: Order?
        try await writer.write(ByteBuffer(string: "{\"orders\":["))
        while left > 0 {
            let size = min(left, pageSize)
            let page = try await ledger.read { [last] in
                try OrderStore(transaction: $0).page(after: last, status: status, limit: size)
            }
            var text = ByteBuffer()
            for order in page {
                if last != nil { text.writeString(",") }
                text.writeBytes(try encoder.encode(OrderView(order, history: nil)))
                last = order
            }
            try await writer.write(text)
            left = page.count < size ? 0 : left - size
        }
        try await writer.write(ByteBuffer(string: "]}"))
        try await writer.finish(nil)
    }

    private static func parseStatus(_ text: String) throws -> OrderStatus {
        guard let status = OrderStatus(rawValue: text) else {
            let known = OrderStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.badRequest, message: "status must be one of \(known)")
        }
        return status
    }

    private static func parseLimit(_ text: String) throws -> Int {
        guard let limit = Int(text), (1...maxLimit).contains(limit) else {
            throw HTTPError(.badRequest, message: "limit must be a number from 1 to \(maxLimit)")
        }
        return limit
    }
}
