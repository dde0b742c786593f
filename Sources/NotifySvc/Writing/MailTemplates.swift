import AMQPBridge
import ShopEvents

/// What the shop writes to its customers: a function from an event to a mail.
///
/// The same event makes the same mail, byte for byte, however often it comes: its date is the event's, and its
/// Message-ID comes from the event's id.
struct MailTemplates: Sendable {
    /// Every event that is told by mail.
    static let kinds: [any MailedEvent.Type] = [
        OrderCreated.self, OrderRejected.self, ShippingStarted.self, OrderCancelled.self,
    ]

    let sender: Mailbox
    private let templates: [RoutingKey: MailTemplate]

    /// Reads all of them and tries each, so that none is found broken when a mail is due.
    ///
    /// - Throws: `invalidConfiguration`, naming the file.
    init(_ source: TemplateSource = TemplateSource(folder: nil), sender: Mailbox = .shop) throws {
        self.sender = sender
        var templates: [RoutingKey: MailTemplate] = [:]
        for kind in Self.kinds {
            let template = try MailTemplate(kind.routingKey, from: source)
            try Self.check(template, kind, sender)
            templates[kind.routingKey] = template
        }
        self.templates = templates
    }

    /// - Returns: nil when there is nobody to write to.
    /// - Throws: `MailError`.
    func mail<E: MailedEvent>(for event: E, _ metadata: EventMetadata) throws -> MailMessage? {
        guard let customer = event.addressee, let template = templates[E.routingKey] else { return nil }
        let to = try Mailbox(name: customer.name, address: customer.email)
        let content = template.render(try Self.fields(of: event, to: customer, from: sender))
        // Floor, not truncation: the second in which it happened, before 1970, too.
        let milliseconds = metadata.time.milliseconds
        let seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
        return try MailMessage(
            from: sender, to: to, subject: content.subject, date: MailDate(secondsSince1970: seconds),
            id: MessageID(eventID: metadata.id, recipient: .customer), orderID: event.subject,
            eventType: E.routingKey.rawValue, isReply: E.isReply, text: content.text, html: content.html)
    }

    private static func fields<E: MailedEvent>(
        of event: E, to customer: Customer, from sender: Mailbox
    ) throws(MailError) -> TemplateFields {
        let common: TemplateFields = [
            "order_id": .text(event.subject), "name": .optional(customer.name),
            "sender": .text(sender.name.isEmpty ? sender.address : sender.name),
        ]
        return try event.fields().merging(common) { $1 }
    }

    private static func check<E: MailedEvent>(_ template: MailTemplate, _ kind: E.Type, _ sender: Mailbox) throws {
        for event in E.samples {
            for name in ["Ann", ""] {
                try template.check(fields(of: event, to: Customer(name: name, email: ""), from: sender))
            }
        }
    }
}
