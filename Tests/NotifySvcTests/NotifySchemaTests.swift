import AMQPBridge
import Ledger
import Logging
import SchemaTesting
import ServiceHost
import ShopEvents
import Testing

@testable import NotifySvc

@Suite("The notifier's databases of all times", .timeLimit(.minutes(1)))
struct NotifySchemaTests {
    private static let schemas = ReleasedSchemas(of: "NotifySvcTests")

    private func open(_ path: String) throws -> EventLedger {
        try EventLedger(
            path: path, migrations: MailStore.migrations, encoder: EventEncoder(source: "/shop/notify"),
            logger: Logger(label: "test"))
    }

    @Test("what was released stays as it was, and what is new is written down")
    func released() throws {
        #expect(try Self.schemas.complaints(about: MailStore.migrations) == [])
    }

    @Test("everything is there, can be read, and goes on", arguments: [1, 2])
    func old(version: Int) async throws {
        try await OldDatabase.with(version, of: Self.schemas) { old in
            let harm = try await old.harm { try self.open(old.path).close() }
            #expect(harm == [])
            let ledger = try open(old.path)
            let mails = try await ledger.read { transaction in
                try MailAudit.page(after: "", 1000, transaction).compactMap { entry -> AuditRecord.Mail? in
                    if case .mail(let mail)? = entry.record as? AuditRecord { mail } else { nil }
                }
            }
            #expect(mails.map(\.orderID) == old.column("order_id", of: "mails").sorted())
            #expect(Set(mails.map(\.event)).isSuperset(of: ["order.created", "order.rejected", "shipping.started"]))
            // What was sent is not sent again; what had only begun goes out under the same event's id.
            let first = Dictionary(
                uniqueKeysWithValues: zip(
                    zip(old.column("order_id", of: "mails"), old.column("kind", of: "mails")).map { "\($0) \($1)" },
                    old.column("event_id", of: "mails")))
            for mail in mails {
                let note = MailNote(orderID: mail.orderID, kind: RoutingKey(mail.event))
                let due = try await ledger.write { try MailStore($0).begin(note, eventID: "another") }
                #expect(due == (mail.state == .sent ? nil : first["\(mail.orderID) \(mail.event)"]))
            }
            #expect(Set(mails.map(\.state)) == [.sent, .sending])
            try ledger.close()
        }
    }
}
