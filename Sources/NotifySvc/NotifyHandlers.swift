import AMQPBridge
import Ledger
import ShopEvents

/// Turns events into mail: commit `sending`, send, commit `sent`, and only then is the event acked.
///
/// A crash in between sends again with the same Message-ID; in a maildir the same file is overwritten, so not even that
/// is seen twice.
struct NotifyHandlers: Sendable {
    let ledger: EventLedger
    let outlet: MailOutlet
    private let templates = MailTemplates()

    init(ledger: EventLedger, outlet: MailOutlet) {
        self.ledger = ledger
        self.outlet = outlet
    }

    func register(on bus: some EventBus) {
        bus.on(OrderCreated.self) { event, context in
            try await send(event, context) { try templates.mail(for: event, $0) }
        }
        bus.on(OrderRejected.self) { event, context in
            try await send(event, context) { try templates.mail(for: event, $0) }
        }
        bus.on(ShippingStarted.self) { event, context in
            try await send(event, context) { try templates.mail(for: event, $0) }
        }
    }

    private func send<E: Event>(
        _ event: E, _ context: EventContext, _ compose: (EventMetadata) throws -> MailMessage
    ) async throws -> [any Event] {
        let orderID = event.subject
        let first = try await ledger.write { transaction in
            try MailStore(transaction: transaction).begin(
                orderID: orderID, kind: E.routingKey, eventID: context.metadata.id)
        }
        guard let first else { return [] }
        var metadata = context.metadata
        metadata.id = first
        try await outlet.send(try compose(metadata))
        try await ledger.write { try MailStore(transaction: $0).markSent(orderID: orderID, kind: E.routingKey) }
        return []
    }
}
