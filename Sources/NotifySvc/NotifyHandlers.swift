import AMQPBridge
import Ledger
import ShopEvents
import Synchronization

/// Turns events into mail: commit `sending`, send, commit `sent`, and only then is the event acked.
///
/// A crash in between sends again with the same Message-ID; in a maildir the same file is overwritten, so not even that
/// is seen twice. A database that cannot be written in between sends nothing again: what has left is remembered here until
/// it is noted.
final class NotifyHandlers: Sendable {
    private let ledger: EventLedger
    private let outlet: any MailOutlet
    private let templates: MailTemplates
    private let unnoted = Mutex<Set<MailNote>>([])

    init(ledger: EventLedger, outlet: any MailOutlet, templates: MailTemplates) {
        self.ledger = ledger
        self.outlet = outlet
        self.templates = templates
    }

    func register(on bus: some EventBus) {
        for kind in MailTemplates.kinds { register(kind, on: bus) }
    }

    private func register<E: MailedEvent>(_ kind: E.Type, on bus: some EventBus) {
        bus.on(kind) { event, context in
            do {
                try await self.send(event, context)
            } catch {
                // A shutdown is no failure of the event's; and a note that fails must not hide why the mail did.
                if !(error is CancellationError) {
                    try? await self.ledger.write { try $0.record(context, .failed("\(error)")) }
                }
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
        if !unnoted.withLock({ $0.contains(note) }) {
            try await outlet.send(message)
            unnoted.withLock { _ = $0.insert(note) }
        }
        try await markSent(note, context)
        unnoted.withLock { _ = $0.remove(note) }
    }

    /// Also in a task that was cancelled: the mail has left, and the database must know before the process ends.
    private func markSent(_ note: MailNote, _ context: EventContext) async throws {
        try await Task {
            try await ledger.write { transaction in
                try MailStore(transaction).markSent(note)
                try transaction.record(context, .handled)
            }
        }.value
    }
}
