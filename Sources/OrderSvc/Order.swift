import ShopEvents

/// An order as it is kept and shown.
struct Order: Sendable {
    var id: String
    var status: OrderStatus
    /// Nil for a tombstone: the order's cancellation has arrived, the order itself has not. Then nothing else of what was
    /// ordered is known either.
    var customer: Customer?
    var shipTo: String
    var currency: String
    var lines: [OrderLine]
    /// Why it was rejected or cancelled.
    var reasons: [String] = []
    /// In the words of whoever asked first to cancel it, maybe none; nil when nobody has asked.
    var cancelReason: String?
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
