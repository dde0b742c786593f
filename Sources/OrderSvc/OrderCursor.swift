/// A place in the list of orders, newest first: behind that order, whatever is placed meanwhile.
struct OrderCursor: Hashable, Sendable, CustomStringConvertible {
    var placedAt: Int64
    var orderID: String

    init(_ order: Order) {
        placedAt = order.placedAt
        orderID = order.id
    }

    /// As `description` writes it.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let placedAt = Int64(parts[0]), OrderRules.isUUID(String(parts[1])) else { return nil }
        self.placedAt = placedAt
        orderID = String(parts[1])
    }

    var description: String { "\(placedAt).\(orderID)" }
}
