import ShopRunning

/// What nobody well-meaning sends to the order service, and what it may answer.
struct HostileRequest: Sendable {
    /// What may become of it.
    enum Outcome: Sendable {
        /// One of these statuses.
        case answer(Set<Int>)
        /// The connection ends, after 400 or without an answer: what is no HTTP cannot be answered by the rules of HTTP.
        case end
        /// The client has left.
        case nobodyThere
    }

    var name: String
    var bytes: [UInt8]
    var outcome: Outcome
    /// The answer to HEAD has none.
    var isAnsweredWithBody = true

    init(_ name: String, _ bytes: [UInt8], _ outcome: Outcome) {
        self.name = name
        self.bytes = bytes
        self.outcome = outcome
    }

    init(_ name: String, raw: String, _ outcome: Outcome) { self.init(name, Array(raw.utf8), outcome) }

    /// A whole request by the rules of HTTP.
    init(
        _ name: String, _ method: String = "GET", _ path: String = "/orders", _ fields: [String] = [],
        body: String = "", gets statuses: Int...
    ) {
        self.init(name, raw: RawClient.request(method, path, fields, body: body), .answer(Set(statuses)))
        isAnsweredWithBody = method != "HEAD"
    }

    /// An order with something else in the place of some of its text.
    init(_ name: String, replacing text: String, with other: String, gets statuses: Int...) {
        let order = OrderDoor.order("0199b5a0-0000-7000-8000-00000000dead").replacing(text, with: other)
        self.init(name, raw: RawClient.request("POST", "/orders", body: order), .answer(Set(statuses)))
    }

    /// Sends it, and waits for the answer when there can be one; nil when the service hangs up instead.
    @discardableResult
    func send(by connection: RawConnection) throws -> RawAnswer? {
        try connection.write(bytes)
        if case .nobodyThere = outcome { return nil }
        return try connection.answer(hasBody: isAnsweredWithBody)
    }

    static let all = brokenHTTP + heads + framing + json + orders + methods + addresses + fields

    private static let post = "POST /orders HTTP/1.1\r\nHost: localhost\r\n"

    private static let brokenHTTP = [
        HostileRequest("a TLS hello", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03], .end),
        HostileRequest("an AMQP header", Array("AMQP".utf8) + [0, 0, 9, 1], .end),
        HostileRequest("zeros", [UInt8](repeating: 0, count: 1000), .end),
        HostileRequest("words", raw: "please let me have a mug\r\n\r\n", .end),
        HostileRequest("HTTP 0.9", raw: "GET /orders\r\n\r\n", .end),
        HostileRequest("HTTP 9.9", raw: "GET /orders HTTP/9.9\r\nHost: localhost\r\n\r\n", .end),
        HostileRequest("a header without a colon", raw: "GET /orders HTTP/1.1\r\nHost\r\n\r\n", .end),
        HostileRequest("a NUL in a header", raw: "GET /orders HTTP/1.1\r\nHost: sh\0op\r\n\r\n", .end),
        HostileRequest("a space before the colon", raw: "GET /orders HTTP/1.1\r\nHost : shop\r\n\r\n", .end),
    ]

    private static let heads = [
        HostileRequest(
            "another host, as a page from there would", raw: "GET /orders HTTP/1.1\r\nHost: example.com:8081\r\n\r\n",
            .answer([421])),
        HostileRequest(
            "a header above 8 KiB", raw: "GET /orders HTTP/1.1\r\nX: \(String(repeating: "x", count: 8193))\r\n\r\n",
            .end),
        HostileRequest(
            "a header without an end", raw: "GET /orders HTTP/1.1\r\nX: " + String(repeating: "x", count: 100_000), .end
        ),
        HostileRequest(
            "101 headers",
            raw: "GET /orders HTTP/1.1\r\n" + (0...100).map { "X-\($0): y\r\n" }.joined() + "\r\n", .end),
        HostileRequest(
            "40 KiB of headers",
            raw: "GET /orders HTTP/1.1\r\n"
                + (0..<10).map { "X-\($0): \(String(repeating: "y", count: 4096))\r\n" }.joined()
                + "\r\n", .end),
        HostileRequest(
            "a path of 100 KiB", raw: "GET /" + String(repeating: "p", count: 102_400) + " HTTP/1.1\r\n\r\n", .end),
    ]

    private static let framing = [
        HostileRequest("above 64 KiB", "POST", body: String(repeating: " ", count: 65_537), gets: 413),
        HostileRequest(
            "above 64 KiB in chunks",
            raw: post + "Transfer-Encoding: chunked\r\n\r\n"
                + String(repeating: "1000\r\n\(String(repeating: " ", count: 4096))\r\n", count: 17) + "0\r\n\r\n",
            .answer([413])),
        HostileRequest("a negative length", raw: post + "Content-Length: -1\r\n\r\n", .end),
        HostileRequest("a length above 64 bits", raw: post + "Content-Length: 18446744073709551617\r\n\r\n", .end),
        HostileRequest("a length in words", raw: post + "Content-Length: two\r\n\r\n{}", .end),
        HostileRequest("two lengths", raw: post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", .end),
        HostileRequest(
            "a length and chunks", raw: post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .end),
        HostileRequest("an unknown encoding", raw: post + "Transfer-Encoding: zipped\r\n\r\n{}", .end),
        HostileRequest(
            "a chunk above 64 bits", raw: post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}", .end),
        HostileRequest("a chunk of no size", raw: post + "Transfer-Encoding: chunked\r\n\r\nlarge\r\n{}", .end),
        HostileRequest(
            "a client that leaves within its body", raw: post + "Content-Length: 100\r\n\r\n{\"order_id\"", .nobodyThere
        ),
    ]

    private static let json = [
        HostileRequest("33 levels", "POST", body: nested(33), gets: 400),
        HostileRequest("32,767 levels", "POST", body: nested(32_767), gets: 400),
        HostileRequest("100,000 levels", "POST", body: nested(100_000), gets: 413),
        HostileRequest("no end", "POST", body: String(repeating: "{\"a\":[", count: 10_000), gets: 400),
        HostileRequest(
            "invalid UTF-8", order { $0.replacing("Ann".utf8, with: [0x41, 0xFF, 0xFE, 0xC3]) }, .answer([400])),
        HostileRequest("UTF-16", utf16(OrderDoor.order("0199b5a0-0000-7000-8000-00000000dead")), .answer([400])),
        // Each byte for itself, the text begins and ends nowhere: who looks for brackets so finds none.
        HostileRequest(
            "32 levels seen, thousands there", utf16("{\"\u{2200}\":" + nested(10_000) + "}"), .answer([400])),
        HostileRequest("half a character", replacing: "Ann", with: #"\ud800"#, gets: 400),
        HostileRequest("a NUL byte", replacing: "Ann", with: "\0", gets: 400),
        HostileRequest("a number above all", replacing: "1999", with: "1e400", gets: 400),
        HostileRequest("no number", replacing: "1999", with: "NaN", gets: 400),
        HostileRequest("an order that breaks off", replacing: "1999}]}", with: "1999", gets: 400),
    ]

    private static let orders = [
        HostileRequest("a number above 64 bits", replacing: "1999", with: "99999999999999999999", gets: 422, 400),
        HostileRequest("a number below 64 bits", replacing: "1999", with: "-99999999999999999999", gets: 422, 400),
        HostileRequest(
            "a number of thousands of digits", replacing: "1999", with: String(repeating: "9", count: 5000), gets: 422,
            400),
        HostileRequest("half a mug", replacing: "\"quantity\": 1", with: "\"quantity\": 0.5", gets: 422),
        HostileRequest("-1 mugs", replacing: "\"quantity\": 1", with: "\"quantity\": -1", gets: 422),
        HostileRequest("a NUL in the name", replacing: "Ann", with: #"Ann\u0000"#, gets: 422),
        HostileRequest("a NUL in the id", replacing: "dead", with: #"dea\u0000"#, gets: 422),
        HostileRequest("a NUL in the address", replacing: "Here 1", with: #"Here\u0000"#, gets: 422),
        HostileRequest("a NUL in the product", replacing: "MUG", with: #"MUG\u0000"#, gets: 422),
        HostileRequest(
            "another recipient", replacing: "ann@example.com", with: #"ann@example.com\r\nBcc: all@example.com"#,
            gets: 422),
        HostileRequest("a list for a text", replacing: "\"Ann\"", with: "[[[[[]]]]]", gets: 422),
    ]

    private static let methods = [
        HostileRequest("HEAD of nothing", "HEAD", "/nothing", gets: 404),
        HostileRequest("HEAD of orders", "HEAD", gets: 200),
        HostileRequest("PUT", "PUT", gets: 405), HostileRequest("DELETE", "DELETE", gets: 405),
        HostileRequest("PATCH", "PATCH", gets: 405),
        HostileRequest("DELETE an order", "DELETE", "/orders/0199b5a0-0000-7000-8000-00000000dead", gets: 405),
        HostileRequest("TRACE", "TRACE", gets: 405), HostileRequest("OPTIONS", "OPTIONS", "*", gets: 404, 405),
        HostileRequest("CONNECT", "CONNECT", "example.com:443", gets: 404, 421),
        HostileRequest("an unknown method", raw: "BREW /orders HTTP/1.1\r\nHost: localhost\r\n\r\n", .end),
    ]

    private static let addresses = [
        HostileRequest("NUL in the path", "GET", "/orders/%00", gets: 404),
        HostileRequest("NUL for a path", "GET", "/%00", gets: 404),
        HostileRequest("out of the root", "GET", "/orders/../../../etc/passwd", gets: 404),
        HostileRequest("out of the root, encoded", "GET", "/orders/%2e%2e%2f%2e%2e%2fetc%2fpasswd", gets: 404),
        HostileRequest("no UTF-8 in the path", "GET", "/orders/%ff%fe", gets: 404),
        HostileRequest("half an escape", "GET", "/orders/%f", gets: 404),
        HostileRequest("no UTF-8 for a trace", "GET", "/trace/%ff%fe", gets: 400),
        HostileRequest("another address", "GET", "http://example.com/orders/x", gets: 404, 400),
        HostileRequest("8,000 letters", "GET", "/orders/" + String(repeating: "x", count: 8000), gets: 404, 400),
        HostileRequest("8,000 slashes", "GET", String(repeating: "/", count: 8000), gets: 404, 400),
        HostileRequest("8,000 question marks", "GET", "/orders" + String(repeating: "?", count: 8000), gets: 200, 400),
        HostileRequest("a cursor that is none", "GET", "/orders?cursor=nothing", gets: 400),
        HostileRequest("a cursor of NUL", "GET", "/orders?cursor=%00", gets: 400),
        HostileRequest("a cursor with SQL", "GET", "/orders?cursor=1.%27%20OR%201=1--", gets: 400),
        HostileRequest(
            "a cursor above 64 bits", "GET", "/orders?cursor=99999999999999999999.0199b5a0-0000-7000-8000-00000000dead",
            gets: 400),
        HostileRequest("a limit above 64 bits", "GET", "/orders?limit=99999999999999999999", gets: 400),
        HostileRequest("no UTF-8 for a status", "GET", "/orders?status=%ff", gets: 400),
        HostileRequest("to cancel what is none", "POST", "/orders/%00/cancel", body: "{}", gets: 404),
        HostileRequest("to send what is none", "POST", "/outbox/%00/unpark", gets: 404),
    ]

    private static let fields = [
        HostileRequest(
            "a key of 256 letters", "POST", "/orders", ["Idempotency-Key: " + String(repeating: "k", count: 256)],
            body: "{}", gets: 400),
        HostileRequest("an empty key", "POST", "/orders", ["Idempotency-Key:"], body: "{}", gets: 400),
        HostileRequest(
            "two keys", "POST", "/orders", ["Idempotency-Key: a", "Idempotency-Key: b"], body: "{}", gets: 400),
        HostileRequest("a key in words", "POST", "/orders", ["Idempotency-Key: a word"], body: "{}", gets: 400),
        HostileRequest("a trace that is none", "GET", "/orders", ["traceparent: 00-\u{FF}-zz-ff"], gets: 200),
        HostileRequest(
            "a last event that is none", "GET", "/orders/x/events", ["Last-Event-ID: -9223372036854775809"], gets: 404),
    ]

    private static func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    private static func order(_ change: ([UInt8]) -> [UInt8]) -> [UInt8] {
        post(change(Array(OrderDoor.order("0199b5a0-0000-7000-8000-00000000dead").utf8)))
    }

    private static func utf16(_ text: String) -> [UInt8] {
        post([0xFF, 0xFE] + text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    }

    private static func post(_ body: [UInt8]) -> [UInt8] {
        Array((post + "Content-Length: \(body.count)\r\n\r\n").utf8) + body
    }
}
