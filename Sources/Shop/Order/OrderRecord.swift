/// An order as the order service tells it, and as `--json` passes it on.
struct OrderRecord: Codable, Equatable, Sendable {
    struct Line: Codable, Equatable, Sendable {
        var sku: String
        var quantity: Int
        var unitPrice: Int?

        enum CodingKeys: String, CodingKey {
            case sku, quantity
            case unitPrice = "unit_price"
        }
    }

    /// One step of its way.
    struct Step: Codable, Equatable, Sendable {
        var time: String
        var status: String
        var event: String?
        var eventID: String?
        var source: String?
        var causationID: String?

        enum CodingKeys: String, CodingKey {
            case time, status, event, source
            case eventID = "event_id"
            case causationID = "causation_id"
        }
    }

    var orderID: String
    var status: String
    var email: String
    var name: String?
    var shipTo: String?
    var currency: String?
    var lines: [Line]
    var reasons: [String]?
    var carrier: String?
    var trackingNumber: String?
    var placedAt: String?
    var updatedAt: String
    /// Only when one order is asked for.
    var history: [Step]?

    enum CodingKeys: String, CodingKey {
        case status, email, name, currency, lines, reasons, carrier, history
        case orderID = "order_id"
        case shipTo = "ship_to"
        case trackingNumber = "tracking_number"
        case placedAt = "placed_at"
        case updatedAt = "updated_at"
    }
}

struct OrderList: Decodable, Sendable {
    var orders: [OrderRecord]
}

extension [OrderRecord.Line] {
    /// `2 × MUG, 1 × TEE`
    var text: String { map { "\($0.quantity) × \($0.sku)" }.joined(separator: ", ") }
}
