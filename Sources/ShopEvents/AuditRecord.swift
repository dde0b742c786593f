/// One fact of a service's books, as its `/audit` tells it and `shop audit` reads it: one JSON object a line, with its
/// `kind`.
public enum AuditRecord: Hashable, Sendable {
    /// Of the order service: where an order stands.
    case order(Order)
    /// Of the inventory: what was decided about an order's stock.
    case decision(Decision)
    /// Of the inventory: what there is of a product.
    case stock(Stock)
    /// Of the shipping service: what became of an order there.
    case shipment(Shipment)
    /// Of the notification service: a mail about an order.
    case mail(Mail)
    /// Of every service: an event that is committed and not yet confirmed by the broker.
    case outbox(Outbox)
    /// Of every service, last: so many records came before it. Without it the answer was cut.
    case end(records: Int)

    public struct Order: Codable, Hashable, Sendable {
        public var orderID: String
        /// placed, confirmed, shipped, rejected or cancelled.
        public var status: String
        /// Whether `order.created` was emitted for it: not for an invalid one, nor for one cancelled before it came.
        public var created: Bool
        /// Whether the customer is known; not for an order of which only the cancellation has arrived.
        public var addressed: Bool

        public init(orderID: String, status: String, created: Bool, addressed: Bool) {
            self.orderID = orderID
            self.status = status
            self.created = created
            self.addressed = addressed
        }

        enum CodingKeys: String, CodingKey {
            case orderID = "order_id"
            case status, created, addressed
        }
    }

    public struct Decision: Codable, Hashable, Sendable {
        public enum Outcome: String, Codable, Sendable {
            /// The stock of every line was reduced.
            case taken
            /// Nothing was reduced.
            case refused
            /// It was reduced, and put back when the order was cancelled.
            case released
            /// The order was cancelled before it was heard of; nothing was or will be reduced.
            case cancelled
        }

        public var orderID: String
        public var outcome: Outcome
        /// Pieces taken by product, also of a released order.
        public var pieces: [String: Int]

        public init(orderID: String, outcome: Outcome, pieces: [String: Int]) {
            self.orderID = orderID
            self.outcome = outcome
            self.pieces = pieces
        }

        enum CodingKeys: String, CodingKey {
            case orderID = "order_id"
            case outcome, pieces
        }
    }

    public struct Stock: Codable, Hashable, Sendable {
        public var sku: String
        public var onHand: Int
        public var taken: Int
        /// The sum of its adjustments.
        public var adjusted: Int

        public init(sku: String, onHand: Int, taken: Int, adjusted: Int) {
            self.sku = sku
            self.onHand = onHand
            self.taken = taken
            self.adjusted = adjusted
        }

        enum CodingKeys: String, CodingKey {
            case sku, taken, adjusted
            case onHand = "on_hand"
        }
    }

    public struct Shipment: Codable, Hashable, Sendable {
        public enum State: String, Codable, Sendable {
            case shipped, cancelled
        }

        public var orderID: String
        public var state: State

        public init(orderID: String, state: State) {
            self.orderID = orderID
            self.state = state
        }

        enum CodingKeys: String, CodingKey {
            case orderID = "order_id"
            case state
        }
    }

    public struct Mail: Codable, Hashable, Sendable {
        public enum State: String, Codable, Sendable {
            /// Begun; it may or may not have left.
            case sending
            case sent
        }

        public var orderID: String
        /// The routing key of the event it tells of.
        public var event: String
        public var state: State

        public init(orderID: String, event: String, state: State) {
            self.orderID = orderID
            self.event = event
            self.state = state
        }

        enum CodingKeys: String, CodingKey {
            case orderID = "order_id"
            case event, state
        }
    }

    public struct Outbox: Codable, Hashable, Sendable {
        /// The event's subject: in this shop the order, or the product it is about.
        public var key: String
        public var event: String
        public var eventID: String
        public var attempts: Int
        /// True when it will not be sent again by itself.
        public var parked: Bool

        public init(key: String, event: String, eventID: String, attempts: Int, parked: Bool) {
            self.key = key
            self.event = event
            self.eventID = eventID
            self.attempts = attempts
            self.parked = parked
        }

        enum CodingKeys: String, CodingKey {
            case key, event, attempts, parked
            case eventID = "event_id"
        }
    }
}

extension AuditRecord: Codable {
    private enum Kind: String, Codable {
        case order, decision, stock, shipment, mail, outbox, end
    }

    private enum CodingKeys: String, CodingKey {
        case kind, records
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self =
            switch try fields.decode(Kind.self, forKey: .kind) {
            case .order: .order(try Order(from: decoder))
            case .decision: .decision(try Decision(from: decoder))
            case .stock: .stock(try Stock(from: decoder))
            case .shipment: .shipment(try Shipment(from: decoder))
            case .mail: .mail(try Mail(from: decoder))
            case .outbox: .outbox(try Outbox(from: decoder))
            case .end: .end(records: try fields.decode(Int.self, forKey: .records))
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        func put(_ kind: Kind, _ fact: some Encodable) throws {
            try fields.encode(kind, forKey: .kind)
            try fact.encode(to: encoder)
        }
        switch self {
        case .order(let fact): try put(.order, fact)
        case .decision(let fact): try put(.decision, fact)
        case .stock(let fact): try put(.stock, fact)
        case .shipment(let fact): try put(.shipment, fact)
        case .mail(let fact): try put(.mail, fact)
        case .outbox(let fact): try put(.outbox, fact)
        case .end(let records):
            try fields.encode(Kind.end, forKey: .kind)
            try fields.encode(records, forKey: .records)
        }
    }
}
