import ShopEvents

/// An order that may be placed, checked before anything is sent.
struct OrderDraft: Equatable {
    static let maxLines = 100
    static let quantities = 1...10_000

    let customer: Customer
    let address: String
    let lines: [OrderLine]

    /// - Throws: the first thing that is wrong with it, as a sentence that names the option.
    init(email: String, name: String, address: String, lines: [String]) throws(SKUQuantity.Problem) {
        if let problem = EmailAddress.problem(email) {
            throw .init("--email '\(Visible.text(email))' is not an e-mail address: \(problem)")
        }
        // Both end up in e-mails; a line break in a header would start another header.
        if PlainText.holdsControls(name) { throw .init("--name holds control characters") }
        if PlainText.holdsControls(address) { throw .init("--address holds control characters") }
        guard !lines.isEmpty else { throw .init("an order needs at least one --line SKU=QTY") }
        guard lines.count <= Self.maxLines else {
            throw .init("an order has at most \(Self.maxLines) lines, not \(lines.count)")
        }
        do {
            let items = try SKUQuantity.list(lines, quantities: Self.quantities)
            self.lines = items.map { OrderLine(sku: $0.sku, quantity: $0.quantity) }
        } catch {
            throw .init("--line \(error)")
        }
        customer = Customer(name: name, email: email)
        self.address = address
    }

    func order(id: String) -> PlaceOrder {
        PlaceOrder(orderID: id, customer: customer, shipTo: address, lines: lines)
    }
}
