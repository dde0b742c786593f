import AMQPBridge
import Ledger
import ShopEvents

/// Turns events into mail: commit `sending`, send, commit `sent`, and only then is the event acked.
///
/// A crash in between sends again with the same Message-ID; in a maildir the same file is overwritten, so not even that
/// is seen twice.
struct NotifyHandlers: Sendable {
    let ledger: EventLedger
    let outlet: any MailOutlet
    let templates: MailTemplates

    func register(on bus: some EventBus) {
        for kind in MailTemplates.kinds { register(kind, on: bus) }
    }

    private func register<E: MailedEvent>(_ kind: E.Type, on bus: some EventBus) {
        bus.on(kind) { event, context in
            try await send(event, context)
            return []
        }
    }

    private func send<E: MailedEvent>(_ event: E, _ context: EventContext) async throws {
        let note = MailNote(orderID: event.subject, kind: E.routingKey)
        guard event.addressee != nil,
            let first = try await ledger.write({ try MailStore($0).begin(note, eventID: context.metadata.id) })
        else { return }
        var metadata = context.metadata
        metadata.id = first
        guard let message = try templates.mail(for: event, metadata) else { return }
        try await outlet.send(message)
        try await ledger.write { try MailStore($0).markSent(note) }
    }
}
