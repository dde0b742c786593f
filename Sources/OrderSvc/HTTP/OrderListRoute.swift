import AMQPBridge
import Foundation
import Hummingbird
import Ledger
import ServiceHost

/// `GET /orders?status=&limit=&cursor=`: orders, newest first, a page at a time.
enum OrderListRoute {
    private static let defaultLimit = 50
    private static let maxLimit = 100_000
    /// A long list leaves page by page, so that it needs no more memory than a short one.
    private static let pageSize = 200

    private struct Query: Sendable {
        var status: OrderStatus?
        var limit: Int
        var cursor: OrderCursor?
    }

    /// Some orders, and the cursor behind them; nil when there are no more.
    private struct Page: Sendable {
        var orders: [Order]
        var next: OrderCursor?
    }

    static func add(to orders: RouterGroup<ServiceRequestContext>, over ledger: EventLedger) {
        orders.get { request, _ in
            let query = try Self.query(request)
            // Before the answer begins, because afterwards it could not be another one any more.
            let first = try await page(of: query, after: query.cursor, left: query.limit, reading: ledger)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody { try await write(query, from: first, to: &$0, reading: ledger) })
        }
    }

    /// `{"orders":[…],"next":"…"}`: `next` is the cursor of the page that follows, null when there is none.
    private static func write(
        _ query: Query, from first: Page, to writer: inout any ResponseBodyWriter, reading ledger: EventLedger
    ) async throws {
        let encoder = JSONEncoder()
        var (page, left, isFirst) = (first, query.limit, true)
        try await writer.write(ByteBuffer(string: "{\"orders\":["))
        while true {
            var text = ByteBuffer()
            for order in page.orders {
                if !isFirst { text.writeString(",") }
                isFirst = false
                text.writeBytes(try encoder.encode(OrderView(order, history: nil)))
            }
            try await writer.write(text)
            left -= page.orders.count
            guard left > 0, let last = page.next else { break }
            page = try await Self.page(of: query, after: last, left: left, reading: ledger)
        }
        let next = page.next.map { "\"\($0.description)\"" } ?? "null"
        try await writer.write(ByteBuffer(string: "],\"next\":\(next)}"))
        try await writer.finish(nil)
    }

    private static func page(
        of query: Query, after last: OrderCursor?, left: Int, reading ledger: EventLedger
    ) async throws -> Page {
        let size = min(left, pageSize)
        // One more than is shown: whether there is a next page.
        let found = try await ledger.read {
            try OrderStore(transaction: $0).page(after: last, status: query.status, limit: size + 1)
        }
        let orders = Array(found.prefix(size))
        return Page(orders: orders, next: found.count > size ? orders.last.map(OrderCursor.init) : nil)
    }

    private static func query(_ request: Request) throws -> Query {
        let parameters = request.uri.queryParameters
        return Query(
            status: try parameters["status"].map { try parseStatus(String($0)) },
            limit: try parameters["limit"].map { try parseLimit(String($0)) } ?? defaultLimit,
            cursor: try parameters["cursor"].map { try parseCursor(String($0)) })
    }

    private static func parseStatus(_ text: String) throws -> OrderStatus {
        guard let status = OrderStatus(rawValue: text) else {
            let known = OrderStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "status must be one of \(known)")
        }
        return status
    }

    private static func parseLimit(_ text: String) throws -> Int {
        guard let limit = Int(text), (1...maxLimit).contains(limit) else {
            throw Problem(.badRequest, "limit must be a number from 1 to \(maxLimit)")
        }
        return limit
    }

    private static func parseCursor(_ text: String) throws -> OrderCursor {
        guard let cursor = OrderCursor(text) else {
            throw Problem(.badRequest, "cursor must be what an earlier page gave as next")
        }
        return cursor
    }
}
