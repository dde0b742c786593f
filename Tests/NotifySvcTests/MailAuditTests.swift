import AMQPBridge
import Ledger
import ServiceHost
import ShopEvents
import Testing

@testable import NotifySvc

@Suite("The mails in the books", .timeLimit(.minutes(1)))
struct MailAuditTests {
    @Test func `Every mail once, whatever the pages`() async throws {
        try await NotifyFixture.with { fixture in
            for order in ["a", "a\u{1}b", "b", "c"] {
                var (created, rejected) = (NotifyFixture.created, NotifyFixture.rejected)
                (created.orderID, rejected.orderID) = (order, order)
                // The second one's id can stand in no header: it stays `sending`.
                _ = try? await fixture.bus.deliver(created, id: "\(order)-1")
                _ = try? await fixture.bus.deliver(rejected, id: "\(order)-2")
            }
            let expected = ["a", "a\u{1}b", "b", "c"].flatMap { order in
                ["order.created", "order.rejected"].map { kind in
                    AuditRecord.mail(
                        .init(orderID: order, event: kind, state: order == "a\u{1}b" ? .sending : .sent))
                }
            }
            for limit in 1...9 {
                var (records, last) = ([AuditRecord](), "")
                while true {
                    let page = try await fixture.ledger.read { [last] in try MailAudit.page(after: last, limit, $0) }
                    records += page.compactMap { $0.record as? AuditRecord }
                    guard page.count == limit, let next = page.last?.key else { break }
                    last = next
                }
                #expect(records == expected)
            }
        }
    }

    @Test func `An order without a customer is handled without a mail`() async throws {
        try await NotifyFixture.with { fixture in
            var event = NotifyFixture.cancelled
            event.customer = nil
            try await fixture.bus.deliver(event, id: "e-1")
            #expect(fixture.sent.isEmpty)
            #expect(try await fixture.notes().isEmpty)
            let journal = try await fixture.ledger.read { try $0.journal(of: Mails.order, limit: 10) }
            #expect(journal.map(\.outcome) == [.handled])
        }
    }

    @Test func `Every attempt is in the journal`() async throws {
        try await NotifyFixture.with { fixture in
            var event = NotifyFixture.created
            event.customer.email = "nobody"
            _ = try? await fixture.bus.deliver(event, id: "e-1")
            event.customer.email = "ann@example.com"
            try await fixture.bus.deliver(event, id: "e-1")
            let outcomes = try await fixture.ledger.read { try $0.journal(of: Mails.order, limit: 10).map(\.outcome) }
            #expect(outcomes.count == 2 && outcomes.contains(.handled))
            #expect(outcomes.contains { if case .failed(let text) = $0 { text.contains("nobody") } else { false } })
        }
    }
}
