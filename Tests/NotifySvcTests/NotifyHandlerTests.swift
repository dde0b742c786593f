import AMQPBridge
import Foundation
import Ledger
import ShopEvents
import Testing

@testable import NotifySvc

/// Takes the mail, and cancels whoever sent it.
private struct MailThatCancels: MailOutlet {
    func send(_ message: MailMessage) async throws { withUnsafeCurrentTask { $0?.cancel() } }
}

@Suite("One mail of each kind per order", .timeLimit(.minutes(1)))
struct NotifyHandlerTests {
    @Test func `Listens to what the contract says`() async throws {
        try await NotifyFixture.with { fixture in
            #expect(fixture.bus.types == Set(MailTemplates.kinds.map { $0.type }))
            #expect(Set(ShopService.notify.listensTo) == Set(MailTemplates.kinds.map { $0.routingKey }))
        }
    }

    @Test func `The same event twice is one mail`() async throws {
        try await NotifyFixture.with { fixture in
            for _ in 0..<3 {
                let follow = try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
                #expect(follow.isEmpty)
                #expect(fixture.sent == [NotifyFixture.fileName("e-1")])
            }
            #expect(try await fixture.notes() == ["order.created sent e-1"])
        }
    }

    @Test func `Another event of the same kind and order is no second mail`() async throws {
        try await NotifyFixture.with { fixture in
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-2")
            #expect(fixture.sent == [NotifyFixture.fileName("e-1")])
        }
    }

    @Test func `Each kind has its own mail, in any order`() async throws {
        try await NotifyFixture.with { fixture in
            try await fixture.bus.deliver(NotifyFixture.started, id: "e-3")
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            try await fixture.bus.deliver(NotifyFixture.rejected, id: "e-2")
            try await fixture.bus.deliver(NotifyFixture.cancelled, id: "e-4")
            #expect(Set(fixture.sent) == Set(["e-1", "e-2", "e-3", "e-4"].map(NotifyFixture.fileName)))
            #expect(
                try await fixture.notes() == [
                    "order.cancelled sent e-4", "order.created sent e-1", "order.rejected sent e-2",
                    "shipping.started sent e-3",
                ])
        }
    }

    @Test func `The mail tells its order and its event`() async throws {
        try await NotifyFixture.with { fixture in
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            let text = try String(
                contentsOfFile: "\(fixture.mail)/new/\(try #require(fixture.sent.first))", encoding: .utf8)
            for line in ["X-Order-Id: \(Mails.order)\r\n", "X-Event-Type: order.created\r\n", "<ann@example.com>"] {
                #expect(text.contains(line))
            }
        }
    }

    /// What a crash leaves behind depends on how far it came: the note only, or the mail as well.
    @Test(arguments: [false, true])
    func `After a crash before 'sent' the same file is written again`(mailWasSent: Bool) async throws {
        try await NotifyFixture.with { fixture in
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            let first = try #require(fixture.sent.first)
            let bytes = try Data(contentsOf: URL(filePath: "\(fixture.mail)/new/\(first)"))
            try await fixture.ledger.write { _ = try $0.execute("UPDATE mails SET state = 'sending'") }
            if !mailWasSent { try FileManager.default.removeItem(atPath: "\(fixture.mail)/new/\(first)") }

            try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            #expect(fixture.sent == [first])
            #expect(try Data(contentsOf: URL(filePath: "\(fixture.mail)/new/\(first)")) == bytes)
            #expect(try await fixture.notes() == ["order.created sent e-1"])
        }
    }

    @Test func `A resend that another event asks for carries the first one's name`() async throws {
        try await NotifyFixture.with { fixture in
            try await fixture.ledger.write { transaction in
                let note = MailNote(orderID: Mails.order, kind: OrderCreated.routingKey)
                _ = try MailStore(transaction).begin(note, eventID: "e-1")
            }
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-2")
            #expect(fixture.sent == [NotifyFixture.fileName("e-1")])
        }
    }

    @Test func `A mail whose sending cannot be noted is not sent again`() async throws {
        let outlet = MailCounter()
        try await NotifyFixture.with(outlet) { fixture in
            try await fixture.ledger.write {
                _ = try $0.execute(
                    "CREATE TRIGGER stuck BEFORE UPDATE ON mails BEGIN SELECT RAISE(ABORT, 'no room'); END")
            }
            for _ in 0..<2 {
                await #expect(throws: (any Error).self) {
                    try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
                }
            }
            #expect(try await fixture.notes() == ["order.created sending e-1"])
            try await fixture.ledger.write { _ = try $0.execute("DROP TRIGGER stuck") }
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            #expect(try await fixture.notes() == ["order.created sent e-1"])
            #expect(await outlet.taken == ["ann@example.com"])
        }
    }

    @Test func `A mail that has left is noted, even in a task that was cancelled meanwhile`() async throws {
        let outlet = MailThatCancels()
        try await NotifyFixture.with(outlet) { fixture in
            await withTaskGroup { group in
                group.addTask { _ = try? await fixture.bus.deliver(NotifyFixture.created, id: "e-1") }
            }
            let notes = try await fixture.notes()
            #expect(notes == ["order.created sent e-1"])
        }
    }

    @Test func `A mail that cannot be stored is an error, and is sent when it can`() async throws {
        try await NotifyFixture.with { fixture in
            try Data().write(to: URL(filePath: fixture.mail))
            await #expect(throws: MaildirError.self) {
                try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            }
            #expect(try await fixture.notes() == ["order.created sending e-1"])
            try FileManager.default.removeItem(atPath: fixture.mail)
            try await fixture.bus.deliver(NotifyFixture.created, id: "e-1")
            #expect(fixture.sent == [NotifyFixture.fileName("e-1")])
            #expect(try await fixture.notes() == ["order.created sent e-1"])
        }
    }

    @Test func `A customer nobody can write to is an error, and nothing is sent`() async throws {
        try await NotifyFixture.with { fixture in
            var event = NotifyFixture.created
            event.customer.email = "ann@example.com\r\nBcc: eve@example.com"
            await #expect(throws: MailError.self) { try await fixture.bus.deliver(event, id: "e-1") }
            #expect(fixture.sent == [])
        }
    }

    @Test func `Many deliveries at the same time are one whole mail`() async throws {
        try await NotifyFixture.with { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { try await fixture.bus.deliver(NotifyFixture.created, id: "e-\(number % 2)") }
                }
                try await group.waitForAll()
            }
            #expect(fixture.sent.count == 1)
            #expect(try await fixture.notes().count == 1)
        }
    }

    @Test func `Many orders have a mail each`() async throws {
        try await NotifyFixture.with { fixture in
            for number in 0..<50 {
                var event = NotifyFixture.created
                event.orderID = "order-\(number)"
                try await fixture.bus.deliver(event, id: "e-\(number)")
            }
            #expect(Set(fixture.sent) == Set((0..<50).map { NotifyFixture.fileName("e-\($0)") }))
        }
    }
}
