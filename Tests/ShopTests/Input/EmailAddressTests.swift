import Testing

@testable import Shop

@Suite("E-mail addresses")
struct EmailAddressTests {
    private static let local64 = String(repeating: "l", count: 64)
    private static let label63 = String(repeating: "d", count: 63)

    @Test(arguments: [
        "a@b", "a@b.c", "ada@example.com", "ada.love+shop_1@mail.example.co.uk", "!#$%&'*/=?^`{|}~-@x.y",
        "root@localhost", "a@1.2.3.4", "A@X-Y.Z", local64 + "@b.c", "a@" + label63 + ".c",
    ])
    func plausible(_ text: String) {
        #expect(EmailAddress.problem(text) == nil)
    }

    @Test(arguments: [
        "", "nobody", "@", "a@", "@b", "a@b@c", "a@@b", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c", "a@-b",
        "a@b-", "a@b_c", "a b@c.d", " a@b.c", "a@b.c ", "a@b c", "ä@b.c", "a@bücher.de", "a@b.c\u{3000}",
        "<a@b.c>", "a,b@c.d", "a;b@c.d", "a:b@c.d", "\"a\"@b.c", "a\\b@c.d", "(x)a@b.c", "a@[1.2.3.4]",
        local64 + "l@b.c", "a@" + label63 + "d.c",
    ])
    func implausible(_ text: String) {
        #expect(EmailAddress.problem(text) != nil)
    }

    /// Every character that could end a header, start another or fool a terminal, at every place.
    @Test(arguments: Array(0..<0x20) + [0x7F, 0x85, 0x9F, 0x2028, 0x2029])
    func controlCharacters(_ value: Int) throws {
        let control = String(try #require(Unicode.Scalar(UInt32(value))))
        for text in ["\(control)a@b.c", "a\(control)@b.c", "a@\(control)b.c", "a@b.c\(control)", "a@b.c\(control)X: y"]
        {
            #expect(EmailAddress.problem(text) == "it holds control characters")
        }
    }

    @Test func atMost254Bytes() {
        let domain = [63, 63, 61].map { String(repeating: "d", count: $0) }.joined(separator: ".")
        let longest = Self.local64 + "@" + domain
        #expect(longest.utf8.count == 254)
        #expect(EmailAddress.problem(longest) == nil)
        #expect(EmailAddress.problem(longest + "d") == "it is longer than 254 bytes")
    }
}
