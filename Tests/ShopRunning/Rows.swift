// What `shop … --json` prints, one object a line, read with types of the tests' own.

package struct PlacedRow: Decodable, Sendable {
    package var orderId: String
    package var confirmed: Bool
}

package struct OrderRow: Decodable, Sendable {
    package struct Step: Decodable, Sendable {
        package var status: String
        package var event: String
        package var eventId: String
        package var source: String
        package var causationId: String?
    }

    package var orderId: String
    package var status: String
    package var email: String
    package var reasons: [String]?
    package var history: [Step]?
}

package struct StockRow: Decodable, Equatable, Sendable {
    package var sku: String
    package var onHand: Int
    package var taken: Int

    package init(sku: String, onHand: Int, taken: Int) {
        self.sku = sku
        self.onHand = onHand
        self.taken = taken
    }
}

package struct LetterRow: Decodable, Equatable, Sendable {
    package var service: String
    package var eventId: String?
    package var type: String?
    package var routingKey: String
    package var attempts: Int
    package var error: String
    package var firstFailed: String?
    package var lastFailed: String?
}

package struct AuditRow: Decodable, Sendable {
    package struct Problem: Decodable, Sendable {
        package var orderId: String?
        package var sku: String?
        package var problem: String
    }

    package var orders: Int
    package var shipped: Int
    package var rejected: Int
    package var cancelled: Int
    package var inFlight: Int
    package var parked: Int
    package var lost: Int
    package var doubled: Int
    package var emails: Int
    package var balanced: Bool
    package var problems: [Problem]
}

package struct TraceRow: Decodable, Sendable {
    package var time: String
    package var service: String
    package var event: String
    package var eventId: String?
    package var causationId: String?
    package var attempt: Int?
    package var outcome: String
    package var delayMs: Int?
}

package struct QueueRow: Decodable, Sendable {
    package var queue: String
    package var ready: Int
    package var consumers: Int
    package var blocked: String?
}
