/// Why the books do not balance: one order or product, and what is wrong with it.
struct BooksProblem: Hashable, Encodable {
    enum Kind {
        /// Confirmed to the customer, and the order service does not know of it.
        case lost
        /// An effect that happened twice, or one that was not due.
        case doubled
        /// Two services tell what cannot both be true.
        case contradiction
        /// Something should follow, and nothing shows that it is on its way.
        case missing
    }

    var kind: Kind
    var orderID: String?
    var sku: String?
    /// In words. The same words in two readings are the same problem: numbers that move are no problem yet.
    var problem: String

    /// Messages in a service's hand are seen nowhere: whatever one of them could still mend is given time. What no
    /// message can mend is certain as soon as a second reading says the same.
    var isMendable: Bool

    enum CodingKeys: String, CodingKey {
        case sku, problem
        case orderID = "order_id"
    }

    init(_ kind: Kind, order: String, _ problem: String, isMendable: Bool = false) {
        self.kind = kind
        self.problem = problem
        self.isMendable = isMendable
        orderID = order
    }

    init(_ kind: Kind, sku: String, _ problem: String) {
        self.kind = kind
        self.sku = sku
        self.problem = problem
        isMendable = false
    }

    /// One line for people.
    var text: String {
        let subject = orderID.map { "order \($0)" } ?? "product \(sku ?? "-")"
        return Visible.text("\(subject): \(problem)")
    }
}
