/// One mail, plain text in UTF-8 (RFC 5322 and MIME).
///
/// What exists can be sent: everything that goes into a header was checked when it was made. The same content makes the
/// same bytes, always.
struct MailMessage: Hashable, Sendable {
    let from: Mailbox
    let to: Mailbox
    let subject: String
    let date: MailDate
    let id: MessageID
    let orderID: String
    /// The routing key of the event it tells of, for example `order.created`.
    let eventType: String
    /// Whether an earlier mail about this order is to be expected.
    let isReply: Bool
    /// Lines end with LF.
    let body: String

    /// Complete, with an empty line at its end; lines end with CRLF.
    private let header: String

    /// - Throws: `controlCharacter` when a text for a header holds one; `lineTooLong` when an id is too long.
    init(
        from: Mailbox = .shop, to: Mailbox, subject: String, date: MailDate, id: MessageID, orderID: String,
        eventType: String, isReply: Bool, body: String
    ) throws(MailError) {
        self.from = from
        self.to = to
        self.subject = subject
        self.date = date
        self.id = id
        self.orderID = orderID
        self.eventType = eventType
        self.isReply = isReply
        self.body = body

        var fields: [(name: String, tokens: [String])] = [
            ("Date", ["\(date)"]),
            ("From", from.tokens(in: "From")),
            ("To", to.tokens(in: "To")),
            ("Subject", try HeaderField.tokens(ofText: subject, in: "Subject")),
            ("Message-ID", ["\(id)"]),
        ]
        // RFC 5322, 3.6.4. The first mail refers to the thread, too, or it would stand beside it.
        let thread = MessageID(threadOfOrder: orderID)
        if isReply { fields.append(("In-Reply-To", ["\(thread)"])) }
        fields.append(("References", ["\(thread)"]))
        fields += [
            // RFC 3834, 5: keeps holiday notices and other robots from answering.
            ("Auto-Submitted", ["auto-generated"]),
            ("X-Order-Id", try HeaderField.tokens(ofText: orderID, in: "X-Order-Id")),
            ("X-Event-Type", try HeaderField.tokens(ofText: eventType, in: "X-Event-Type")),
            ("MIME-Version", ["1.0"]),
            ("Content-Type", ["text/plain; charset=utf-8"]),
            ("Content-Transfer-Encoding", ["quoted-printable"]),
        ]
        var header = ""
        for field in fields { header += try HeaderField.line(field.name, field.tokens) }
        self.header = header + "\r\n"
    }

    /// As it goes over the wire or into a file: ASCII, lines of at most 998 bytes that end with CRLF. Dots are not
    /// doubled; no line of the body starts with one.
    var bytes: [UInt8] { Array(header.utf8) + Array(QuotedPrintable.encode(body).utf8) }
}
