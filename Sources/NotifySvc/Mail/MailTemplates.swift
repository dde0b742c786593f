import AMQPBridge
import ShopEvents

/// What the shop writes to its customers: a function from an event to a mail.
///
/// The same event makes the same mail, byte for byte, however often it comes: its date is the event's, and its
/// Message-ID comes from the event's id.
struct MailTemplates: Sendable {
    var sender = Mailbox.shop

    /// The confirmation, with what was ordered.
    func mail(for event: OrderCreated, _ metadata: EventMetadata) throws(MailError) -> MailMessage {
        let text = Text(
            subject: "Order confirmation \(event.orderID)",
            opening: "Thank you for your order. We have received it and are getting it ready.",
            parts: [
                "Order \(BodyText.line(event.orderID))", try Self.table(of: event), Self.destination(event.shipTo),
            ],
            closing: "We will write again as soon as it is on its way.")
        return try compose(text, to: event.customer, about: event, metadata, isReply: false)
    }

    /// The parcel has left.
    func mail(for event: ShippingStarted, _ metadata: EventMetadata) throws(MailError) -> MailMessage {
        let items = event.lines.map { "  \($0.quantity) x \(BodyText.line($0.sku))" }
        let text = Text(
            subject: "Your order \(event.orderID) is on its way",
            opening: "Your order has left our warehouse.",
            parts: [
                "Order \(BodyText.line(event.orderID))",
                """
                  Carrier:          \(BodyText.line(event.carrier))
                  Tracking number:  \(BodyText.line(event.trackingNumber))
                """,
                items.isEmpty ? "" : "In the parcel:\n\n" + items.joined(separator: "\n"),
                Self.destination(event.shipTo),
            ],
            closing: "We hope you enjoy it.")
        return try compose(text, to: event.customer, about: event, metadata, isReply: true)
    }

    /// The order ends here, and why.
    func mail(for event: OrderRejected, _ metadata: EventMetadata) throws(MailError) -> MailMessage {
        let reasons = event.reasons.map { "  - \(BodyText.line($0))" }
        let text = Text(
            subject: "We could not accept your order \(event.orderID)",
            opening: "We are sorry: we could not accept your order, and nothing will be shipped.",
            parts: [
                "Order \(BodyText.line(event.orderID))",
                reasons.isEmpty ? "" : "The reason:\n\n" + reasons.joined(separator: "\n"),
            ],
            closing: "You are welcome to order again at any time.")
        return try compose(text, to: event.customer, about: event, metadata, isReply: true)
    }

    /// What differs between the mails.
    private struct Text {
        var subject: String
        var opening: String
        /// Paragraphs; empty ones are left out.
        var parts: [String]
        var closing: String
    }

    private func compose<E: Event>(
        _ text: Text, to customer: Customer, about event: E, _ metadata: EventMetadata, isReply: Bool
    ) throws(MailError) -> MailMessage {
        let to = try Mailbox(name: customer.name, address: customer.email)
        let isNamed = customer.name.contains { !$0.isWhitespace }
        let paragraphs =
            [isNamed ? "Hello \(customer.name)," : "Hello,", text.opening] + text.parts + [
                text.closing, "Kind regards\n\(sender.name.isEmpty ? sender.address : sender.name)",
            ]
        // Floor, not truncation: the second in which it happened, before 1970, too.
        let milliseconds = metadata.time.milliseconds
        let seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
        return try MailMessage(
            from: sender, to: to, subject: text.subject, date: MailDate(secondsSince1970: seconds),
            id: MessageID(eventID: metadata.id, recipient: .customer), orderID: event.subject,
            eventType: E.routingKey.rawValue, isReply: isReply,
            body: paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n")
    }

    private static func table(of order: OrderCreated) throws(MailError) -> String {
        func money(_ minorUnits: Int) -> String {
            Money(minorUnits: minorUnits, currency: order.currency).description
        }

        var table = TextTable()
        table.add("Item", "Quantity", "Unit price", "Total")
        var total = 0
        for line in order.lines {
            // The numbers come from outside: a sum that does not fit must not stop the process.
            let price = line.unitPrice.multipliedReportingOverflow(by: line.quantity)
            let sum = total.addingReportingOverflow(price.partialValue)
            if price.overflow || sum.overflow { throw .amountTooLarge }
            total = sum.partialValue
            table.add(BodyText.line(line.sku), "\(line.quantity)", money(line.unitPrice), money(price.partialValue))
        }
        table.add("Total", "", "", money(total))
        return table.description
    }

    private static func destination(_ address: String) -> String {
        let block = BodyText.block(address)
        return block.isEmpty ? "" : "It goes to:\n\n" + block
    }
}
