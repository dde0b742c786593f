import AMQPBridge
import ShopEvents
import Testing

@testable import NotifySvc

@Suite("Mail templates: what the customer reads")
struct MailTemplateTests {
    private let templates: MailTemplates

    init() throws { templates = try MailTemplates() }

    private func written(for event: some MailedEvent, milliseconds: Int64 = Mails.time * 1000) throws -> MailMessage {
        try #require(try templates.mail(for: event, metadata(type(of: event).type, milliseconds: milliseconds)))
    }

    private func metadata(_ type: EventType, milliseconds: Int64 = Mails.time * 1000) -> EventMetadata {
        EventMetadata(
            id: Mails.event, source: "/shop/order", type: type, subject: Mails.order,
            time: RFC3339Time(milliseconds: milliseconds), correlationID: Mails.order)
    }

    private func created(
        name: String = "Ann Smith", email: String = "ann@example.com", order: String = Mails.order,
        shipTo: String = "1 Main Street\nSpringfield", currency: String = "EUR",
        _ lines: [OrderLine] = [
            OrderLine(sku: "TEA-GREEN", quantity: 2, unitPrice: 1999),
            OrderLine(sku: "POT", quantity: 10, unitPrice: 5),
        ]
    ) throws -> MailMessage {
        let event = OrderCreated(
            orderID: order, customer: Customer(name: name, email: email), shipTo: shipTo, currency: currency,
            lines: lines)
        return try written(for: event)
    }

    @Test func `The confirmation`() async throws {
        let mail = try await MailReader.read(try created())
        #expect(mail.subject == "Order confirmation \(Mails.order)")
        #expect(mail.toNames == ["Ann Smith"] && mail.toAddresses == ["ann@example.com"])
        #expect(mail.eventType == "order.created" && mail.orderID == Mails.order)
        #expect(mail.secondsSince1970 == Mails.time)
        #expect(mail.messageID == "<\(Mails.event)+customer@shop.example>")
        #expect(mail.inReplyTo == nil)
        #expect(
            mail.body == """
                Hello Ann Smith,

                Thank you for your order. We have received it and are getting it ready.

                Order \(Mails.order)

                  Item        Quantity   Unit price       Total
                  ---------------------------------------------
                  TEA-GREEN          2    19.99 EUR   39.98 EUR
                  POT               10     0.05 EUR    0.50 EUR
                  ---------------------------------------------
                  Total                               40.48 EUR

                It goes to:

                  1 Main Street
                  Springfield

                We will write again as soon as it is on its way.

                Kind regards
                The Shop

                """)
    }

    @Test func `The shipping mail`() async throws {
        let event = ShippingStarted(
            orderID: Mails.order, customer: Customer(name: "", email: "ann@example.com"), shipTo: "",
            carrier: "Parcel Post",
            trackingNumber: "PP-1", lines: [OrderLine(sku: "POT", quantity: 3)])
        let mail = try await MailReader.read(try written(for: event))
        #expect(mail.subject == "Your order \(Mails.order) is on its way")
        #expect(mail.eventType == "shipping.started")
        #expect(mail.inReplyTo == "<order+\(Mails.order)@shop.example>")
        #expect(
            mail.body == """
                Hello,

                Your order has left our warehouse.

                Order \(Mails.order)

                  Carrier:          Parcel Post
                  Tracking number:  PP-1

                In the parcel:

                  3 x POT

                We hope you enjoy it.

                Kind regards
                The Shop

                """)
    }

    @Test func `The rejection`() async throws {
        let event = OrderRejected(
            orderID: Mails.order, customer: Customer(name: "Jörg", email: "j@example.com"),
            reasons: ["TEA is out of stock: 2 wanted, 1 left.", "POT is unknown."])
        let mail = try await MailReader.read(try written(for: event))
        #expect(mail.subject == "We could not accept your order \(Mails.order)")
        #expect(mail.toNames == ["Jörg"])
        #expect(mail.eventType == "order.rejected")
        #expect(mail.inReplyTo != nil)
        #expect(mail.body.hasPrefix("Hello Jörg,\n\n"))
        #expect(
            mail.body.contains(
                "The reason:\n\n  - TEA is out of stock: 2 wanted, 1 left.\n  - POT is unknown.\n\n"))
    }

    @Test func `Without reasons, lines or an address nothing hangs in the air`() throws {
        let event = OrderRejected(orderID: "1", customer: Customer(name: "", email: "a@b"), reasons: [])
        #expect(!(try written(for: event).text.contains("reason")))
        #expect(!(try created(shipTo: " \n \n", []).text.contains("\n\n\n")))
        #expect(try created([]).text.contains("0.00 EUR"))
    }

    @Test(arguments: ["", " ", "\u{A0}\u{3000}"])
    func `Nobody is greeted by a blank name`(name: String) throws {
        #expect(try created(name: name).text.hasPrefix("Hello,\n"))
    }

    @Test func `The same event makes the same mail`() throws {
        #expect(try created().bytes == created().bytes)
    }

    @Test func `Injection is refused in what becomes a header`() {
        for control in Mails.controls {
            #expect(throws: MailError.self) { try created(name: "Ann\(control)Bcc: eve@example.com") }
            #expect(throws: MailError.self) { try created(email: "ann@example.com\(control)") }
            #expect(throws: MailError.self) { try created(order: "1\(control)2") }
        }
    }

    @Test func `Controls in the body are shown, and cannot pose as lines of ours`() throws {
        let mail = try created(
            shipTo: "1 Main\0\r\nTown\u{2028}X", currency: "E\nR",
            [OrderLine(sku: "A\r\nTotal  0.00 EUR\u{1B}[2J", quantity: 1, unitPrice: 1)])
        #expect(mail.text.contains("  A\u{FFFD}\u{FFFD}Total  0.00 EUR\u{FFFD}[2J"))
        #expect(mail.text.contains("  1 Main\u{FFFD}\n  Town\n  X\n"))
        #expect(mail.text.contains("0.01 E\u{FFFD}R"))
    }

    @Test(arguments: [
        (1999, "EUR", "19.99 EUR"), (0, "USD", "0.00 USD"), (5, "EUR", "0.05 EUR"), (-150, "EUR", "-1.50 EUR"),
        (1200, "JPY", "1200 JPY"), (1, "KWD", "0.001 KWD"), (123_456, "", "1234.56 "), (-1, "GBP", "-0.01 GBP"),
        (Int.max, "EUR", "92233720368547758.07 EUR"), (Int.min, "EUR", "-92233720368547758.08 EUR"),
    ])
    func `Amounts have the decimal places of their currency`(minorUnits: Int, currency: String, text: String) {
        #expect(Money(minorUnits: minorUnits, currency: currency).description == text)
    }

    @Test(arguments: [
        [OrderLine(sku: "A", quantity: Int.max, unitPrice: 2)], [OrderLine(sku: "A", quantity: -1, unitPrice: Int.min)],
        [OrderLine(sku: "A", quantity: 1, unitPrice: Int.max), OrderLine(sku: "B", quantity: 1, unitPrice: 1)],
    ])
    func `A sum that does not fit is an error, not a crash`(lines: [OrderLine]) {
        #expect(throws: MailError.amountTooLarge) { try created(lines) }
    }

    @Test func `Long and foreign product names keep their rows`() async throws {
        let sku = String(repeating: "漢", count: 300)
        let mail = try await MailReader.read(
            try created([OrderLine(sku: sku, quantity: 1, unitPrice: 1), OrderLine(sku: "B", quantity: 1)]))
        #expect(mail.body.contains("  \(sku)          1"))
        #expect(mail.defects == [])
    }

    @Test func `The second of the event is its floor`() throws {
        let event = OrderRejected(orderID: "1", customer: Customer(name: "", email: "a@b"), reasons: [])
        let mail = try written(for: event, milliseconds: -1)
        #expect(mail.date.secondsSince1970 == -1)
        #expect(throws: MailError.self) {
            try written(for: event, milliseconds: .min)
        }
    }
}
