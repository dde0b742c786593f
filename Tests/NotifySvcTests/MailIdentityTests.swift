import Testing

@testable import NotifySvc

@Suite("Mail identity: the same event, the same id and file, for good")
struct MailIdentityTests {
    private func id(_ event: String) -> MessageID { MessageID(eventID: event, recipient: .customer) }

    @Test func `Message-IDs are as documented`() {
        #expect(id(Mails.event).description == "<\(Mails.event)+customer@shop.example>")
        #expect(MessageID(threadOfOrder: "7").description == "<order+7@shop.example>")
        #expect(id("a.b%c d\u{E9}").description == "<a%2Eb%25c%20d%C3%A9+customer@shop.example>")
    }

    @Test func `Different ids stay different`() {
        let ids = ["", "a", "A", "a.b", "a%2Eb", "a%2eb", "a b", "a+b", "a%b", "é", "e\u{301}", "a.customer"]
        #expect(Set(ids.map { id($0).description }).count == ids.count)
        #expect(Set(ids.map { id($0).stableHash }).count == ids.count)
    }

    @Test func `The hash never changes`() {
        // Computed elsewhere: another value after an update would store every resent mail twice.
        #expect(id(Mails.event).stableHash == "7a7a40cbf096178a9e0ddfaa322c9319")
        #expect(id("").stableHash.utf8.count == 32)
    }

    @Test func `The hash has 32 digits and no collision among 10,000`() {
        var seen = Set<String>()
        for number in 0..<10_000 {
            let hash = id("0199c1c0-5a01-7000-8000-\(number)").stableHash
            #expect(hash.utf8.count == 32)
            seen.insert(hash)
        }
        #expect(seen.count == 10_000)
    }
}
