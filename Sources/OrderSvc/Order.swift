import ShopEvents

/// An order as it is kept and shown.
struct Order: Sendable {
    var id: String
    var status: OrderStatus
    var customer: Customer
    var shipTo: String
    var currency: String
    var lines: [OrderLine]
    /// Why it was rejected.
    var reasons: [String] = []
    var carrier: String?
    var trackingNumber: String?
    /// Milliseconds since 1970.
    var placedAt: Int64
    var updatedAt: Int64

    /// One line of its story: what was heard, from whom, and where it led.
    struct Entry: Sendable {
        var time: Int64
        var status: OrderStatus
        var event: String
        var eventID: String
        var source: String
        var causationID: String?
    }
}
