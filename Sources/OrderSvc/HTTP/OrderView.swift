import AMQPBridge
import Hummingbird
import Ledger
import ShopEvents

/// An order as the admin port shows it. Of one that was cancelled before it came, what is not known is empty.
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

        init(_ entry: Order.Entry) {
            time = RFC3339Time(milliseconds: entry.time).description
            status = entry.status
            event = entry.event
            eventID = entry.eventID
            source = entry.source
            causationID = entry.causationID
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
        email = order.customer?.email ?? ""
        name = order.customer?.name ?? ""
        shipTo = order.shipTo
        currency = order.currency
        lines = order.lines
        reasons = order.reasons
        carrier = order.carrier
        trackingNumber = order.trackingNumber
        placedAt = RFC3339Time(milliseconds: order.placedAt).description
        updatedAt = RFC3339Time(milliseconds: order.updatedAt).description
        self.history = history?.map(EntryView.init)
    }

    /// With its story; nil when there is no such order.
    init?(of id: String, in transaction: LedgerTransaction) throws {
        let store = OrderStore(transaction: transaction)
        guard let order = try store.find(id) else { return nil }
        self.init(order, history: try store.history(of: id))
    }
}
