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
            do {
                try await send(event, context)
            } catch {
                // What failed is worth a note, and the note's own failure is not worth hiding why.
                try? await ledger.write { try $0.record(context, .failed("\(error)")) }
                throw error
            }
            return []
        }
    }

    private func send<E: MailedEvent>(_ event: E, _ context: EventContext) async throws {
        let note = MailNote(orderID: event.subject, kind: E.routingKey)
        let first = try await ledger.write { transaction -> String? in
            let isDue = event.addressee != nil
            let first = isDue ? try MailStore(transaction).begin(note, eventID: context.metadata.id) : nil
            if first == nil { try transaction.record(context, .handled) }
            return first
        }
        guard let first else { return }
        var metadata = context.metadata
        metadata.id = first
        guard let message = try templates.mail(for: event, metadata) else { return }
        try await outlet.send(message)
        try await ledger.write { transaction in
            try MailStore(transaction).markSent(note)
            try transaction.record(context, .handled)
        }
    }
}
