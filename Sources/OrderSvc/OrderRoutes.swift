import AMQPBridge
import Foundation
import Hummingbird
import Ledger
import ShopEvents

/// The order service's admin routes: looking at orders.
enum OrderRoutes {
    private static let defaultLimit = 50
    private static let maxLimit = 100_000
    /// A long list leaves page by page, so that it needs no more memory than a short one.
    private static let pageSize = 200

    static func add(to router: Router<BasicRequestContext>, reading ledger: EventLedger) {
        router.get("/orders") { request, _ in
            let status = try request.uri.queryParameters["status"].map { try parseStatus(String($0)) }
            let limit = try request.uri.queryParameters["limit"].map { try parseLimit(String($0)) } ?? defaultLimit
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody { try await write(status, limit, to: &$0, reading: ledger) })
        }
        router.get("/orders/:id") { _, context in
            let id = try context.parameters.require("id").lowercased()
            let found = try await ledger.read { transaction in
                let store = OrderStore(transaction: transaction)
                return try store.find(id).map { OrderView($0, history: try store.history(of: id)) }
            }
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

/// An order as the admin port shows it.
struct OrderView: ResponseEncodable {
    var orderID: String
    var status: OrderStatus
    var email: String
    var name: String
    var shipTo: String
    var currency: String
    var lines: [OrderLine]
    var reasons: [String]
    var carrier: String?
    var trackingNumber: String?
    var placedAt: String
    var updatedAt: String
    var history: [EntryView]?

    struct EntryView: Encodable {
        var time: String
        var status: OrderStatus
        var event: String
        var eventID: String
        var source: String
        var causationID: String?

        enum CodingKeys: String, CodingKey {
            case time, status, event, source
            case eventID = "event_id"
            case causationID = "causation_id"
        }
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case status, email, name, currency, lines, reasons, carrier, history
        case shipTo = "ship_to"
        case trackingNumber = "tracking_number"
        case placedAt = "placed_at"
        case updatedAt = "updated_at"
    }

    init(_ order: Order, history: [Order.Entry]?) {
        orderID = order.id
        status = order.status
        email = order.customer.email
        name = order.customer.name
        shipTo = order.shipTo
        currency = order.currency
        lines = order.lines
        reasons = order.reasons
        carrier = order.carrier
        trackingNumber = order.trackingNumber
        placedAt = RFC3339Time(milliseconds: order.placedAt).description
        updatedAt = RFC3339Time(milliseconds: order.updatedAt).description
        self.history = history?.map { entry in
            EntryView(
                time: RFC3339Time(milliseconds: entry.time).description, status: entry.status, event: entry.event,
                eventID: entry.eventID, source: entry.source, causationID: entry.causationID)
        }
    }
}
