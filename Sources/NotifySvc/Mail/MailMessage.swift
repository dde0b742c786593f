/// One mail, as plain text and as HTML, both in UTF-8 (RFC 5322; RFC 2046, 5.1.4).
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
    let text: String
    /// The same for readers that show HTML. Lines end with LF.
    let html: String

    /// As it goes over the wire or into a file: ASCII, lines of at most 998 bytes that end with CRLF. Dots are not
    /// doubled; no line of the body starts with one.
    var bytes: [UInt8] { Array((header + body).utf8) }

    /// Larger ones are refused: servers take ten times as much, and an order of a hundred lines needs a fiftieth.
    static let maximumSize = 1 << 20

    /// Complete, with an empty line at its end; lines end with CRLF.
    private let header: String
    private let body: String

    /// - Throws: `controlCharacter` when a text for a header holds one; `lineTooLong` when an id is too long; `tooLarge`.
    init(
        from: Mailbox = .shop, to: Mailbox, subject: String, date: MailDate, id: MessageID, orderID: String,
        eventType: String, isReply: Bool, text: String, html: String
    ) throws(MailError) {
        self.from = from
        self.to = to
        self.subject = subject
        self.date = date
        self.id = id
        self.orderID = orderID
        self.eventType = eventType
        self.isReply = isReply
        self.text = text
        self.html = html

        // No line of quoted-printable can hold `=_` (RFC 2045, 6.7), so none can be taken for the boundary.
        let boundary = "=_\(id.stableHash)"
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
            ("Content-Type", ["multipart/alternative;", "boundary=\"\(boundary)\""]),
        ]
        var header = ""
        for field in fields { header += try HeaderField.line(field.name, field.tokens) }
        self.header = header + "\r\n"
        // The best one last (RFC 2046, 5.1.4).
        body =
            Self.part(text, "text/plain", boundary) + Self.part(html, "text/html", boundary) + "--\(boundary)--\r\n"
        let size = self.header.utf8.count + body.utf8.count
        if size > Self.maximumSize { throw .tooLarge(bytes: size) }
    }

    /// The line end before a boundary belongs to that (RFC 2046, 5.1.1), so the content needs one more.
    private static func part(_ content: String, _ type: String, _ boundary: String) -> String {
        """
        --\(boundary)\r
        Content-Type: \(type); charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        \r

        """ + QuotedPrintable.encode(content) + "\r\n"
    }
}
