import AMQPBridge
import ShopEvents

/// An event that the customer gets a mail about, written by the templates of its routing key.
protocol MailedEvent: Event {
    /// Nil: nobody is known to write to.
    var addressee: Customer? { get }
    /// Whether an earlier mail about this order is to be expected.
    static var isReply: Bool { get }
    /// What its templates may name beside `order_id`, `name` and `sender`.
    func fields() throws(MailError) -> TemplateFields
    /// Events that between them fill every field and leave every one that may be empty so, to try templates with.
    static var samples: [Self] { get }
}

extension OrderCreated: MailedEvent {
    var addressee: Customer? { customer }
    static var isReply: Bool { false }

    func fields() throws(MailError) -> TemplateFields {
        let invoice = try Invoice(self)
        return [
            "lines": .list(
                invoice.lines.map { line in
                    .fields([
                        "sku": .text(line.sku), "quantity": .text("\(line.quantity)"),
                        "unit_price": .text(line.unitPrice), "line_total": .text(line.total),
                    ])
                }),
            "total": .text(invoice.total), "table": .verbatim(invoice.table), "ship_to": .address(shipTo),
        ]
    }

    static var samples: [Self] {
        [(address: "Street 1\nTown", lines: [OrderLine(sku: "MUG", quantity: 2, unitPrice: 1999)]), ("", [])].map {
            OrderCreated(orderID: "1", customer: .sample, shipTo: $0.address, currency: "EUR", lines: $0.lines)
        }
    }
}

extension ShippingStarted: MailedEvent {
    var addressee: Customer? { customer }
    static var isReply: Bool { true }

    func fields() -> TemplateFields {
        let items = lines.map { TemplateValue.fields(["quantity": .text("\($0.quantity)"), "sku": .text($0.sku)]) }
        return [
            "carrier": .text(carrier), "tracking_number": .text(trackingNumber), "ship_to": .address(shipTo),
            "parcel": items.isEmpty ? .absent : .fields(["items": .list(items)]),
        ]
    }

    static var samples: [Self] {
        [(address: "Street 1\nTown", lines: [OrderLine(sku: "MUG", quantity: 2)]), ("", [])].map {
            ShippingStarted(
                orderID: "1", customer: .sample, shipTo: $0.address, carrier: "Parcel Post", trackingNumber: "PP-1",
                lines: $0.lines)
        }
    }
}

extension OrderRejected: MailedEvent {
    var addressee: Customer? { customer }
    static var isReply: Bool { true }

    func fields() -> TemplateFields {
        ["why": reasons.isEmpty ? .absent : .fields(["reasons": .list(reasons.map { .text($0) })])]
    }

    static var samples: [Self] {
        [["MUG is sold out."], []].map { OrderRejected(orderID: "1", customer: .sample, reasons: $0) }
    }
}

extension OrderCancelled: MailedEvent {
    var addressee: Customer? { customer }
    static var isReply: Bool { true }

    func fields() -> TemplateFields { ["reason": .optional(reason)] }

    static var samples: [Self] {
        ["Changed my mind.", ""].map { OrderCancelled(orderID: "1", customer: .sample, reason: $0) }
    }
}

extension Customer {
    fileprivate static let sample = Customer(name: "Ann", email: "ann@example.com")
}
