import AMQPBridge
import Foundation
import ShopEvents
import Testing

@testable import NotifySvc

@Suite("Template files: the shop's own words")
struct TemplateFileTests {
    /// A folder with all templates, of which one is changed.
    private func with(_ file: String, _ text: String?, _ body: (TemplateSource) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for kind in MailTemplates.kinds {
            for ending in ["txt", "html"] {
                let name = "\(kind.routingKey.rawValue).\(ending)"
                guard let content = name == file ? text : try TemplateSource(folder: nil).text(name) else { continue }
                try content.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
            }
        }
        try body(TemplateSource(folder: folder.path))
    }

    private func mail(for event: some MailedEvent, _ templates: MailTemplates) throws -> MailMessage {
        let metadata = EventMetadata(
            id: "e-1", source: "/shop/order", type: type(of: event).type, subject: event.subject,
            time: RFC3339Time(milliseconds: Mails.time * 1000), correlationID: event.subject)
        return try #require(try templates.mail(for: event, metadata))
    }

    @Test func `A folder's own templates are used`() throws {
        try with("order.cancelled.txt", "Subject: Bye {{name}} & co\r\n\r\n{{reason}} <{{order_id}}> {{sender}}\r\n") {
            source in
            let message = try mail(for: NotifyFixture.cancelled, MailTemplates(source))
            #expect(message.subject == "Bye Ann & co")
            #expect(message.text == "Changed my mind. <\(Mails.order)> The Shop\n")
        }
    }

    @Test(arguments: [
        ("order.created.txt", nil), ("shipping.started.html", nil), ("order.created.txt", ""),
        ("order.created.txt", "Hello\n\nYou\n"), ("order.created.txt", "Subject: \n\nYou\n"),
        ("order.created.txt", "Subject: x\n\n{{nmae}}\n"), ("order.created.html", "{{#lines}}{{skew}}{{/lines}}"),
        ("order.rejected.html", "{{#why}}never closed"), ("order.cancelled.txt", "Subject: {{reason}}\n\nx\n"),
        ("order.cancelled.html", "{{> other}}"), ("order.cancelled.html", " \n"),
        ("order.cancelled.html", String(repeating: "x", count: 300_000)),
    ])
    func `A broken one is found at the start, by its name`(file: String, text: String?) throws {
        try with(file, text) { source in
            let error = try #require(#expect(throws: AMQPError.self) { try MailTemplates(source) })
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.contains(file), "\(error.message)")
        }
    }

    @Test func `In HTML nothing of a customer's is markup`() throws {
        var event = NotifyFixture.created
        event.customer.name = "<script>alert('x')</script> & \"Co\""
        event.shipTo = "<b>Street</b>\n<img src=x>"
        event.lines[0].sku = "<i>MUG</i>"
        let message = try mail(for: event, MailTemplates())
        for piece in ["<script>", "<b>Street", "<img", "<i>MUG"] { #expect(!message.html.contains(piece)) }
        #expect(message.html.contains("&lt;script&gt;") && message.html.contains("&lt;i&gt;MUG"))
        #expect(message.text.contains("Hello <script>alert('x')</script> & \"Co\",\n"))
        #expect(message.text.contains("\n  <b>Street</b>\n  <img src=x>\n"))
    }

    @Test func `What looks like a placeholder in an order is none`() throws {
        var event = NotifyFixture.created
        event.customer.name = "{{sender}} {{{total}}} {{#lines}}"
        let message = try mail(for: event, MailTemplates())
        #expect(message.text.hasPrefix("Hello {{sender}} {{{total}}} {{#lines}},\n"))
    }

    @Test func `The cancellation says why, if anybody did`() throws {
        let templates = try MailTemplates()
        var event = NotifyFixture.cancelled
        let told = try mail(for: event, templates)
        #expect(told.subject == "Your order \(Mails.order) is cancelled" && told.isReply)
        #expect(told.text.contains("The reason:\n\n  Changed my mind.\n") && told.html.contains("Changed my mind."))
        event.reason = " "
        let untold = try mail(for: event, templates)
        #expect(!untold.text.contains("reason") && !untold.html.contains("reason"))
        #expect(!untold.text.contains("\n\n\n"))
    }
}
