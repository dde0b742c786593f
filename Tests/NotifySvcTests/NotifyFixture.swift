import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Synchronization

@testable import NotifySvc

/// A bus without a broker: keeps the handlers, so that a test can deliver to them.
final class HandlerBus: EventBus {
    typealias Handler = @Sendable (any Event, EventContext) async throws -> [any Event]

    let encoder = EventEncoder(source: "/shop/notify")
    private let handlers = Mutex<[EventType: Handler]>([:])

    var types: Set<EventType> { Set(handlers.withLock { $0 }.keys) }

    func on<E: Event>(
        _ type: E.Type, retry: RetryPolicy, _ handler: @escaping @Sendable (E, EventContext) async throws -> [any Event]
    ) {
        handlers.withLock { handlers in
            handlers[type.type] = { event, context in
                guard let event = event as? E else { return [] }
                return try await handler(event, context)
            }
        }
    }

    func on(_ types: [any Event.Type], retry: RetryPolicy, batch handler: any EventBatchHandler) {}

    func publish(_ events: [EncodedEvent]) async -> [PublishOutcome] { events.map { _ in .confirmed } }

    func pause() {}

    func resume() {}

    func run() async throws {}

    /// As one delivery of the event; returns what follows from it.
    @discardableResult
    func deliver<E: Event>(_ event: E, id: String) async throws -> [any Event] {
        let metadata = EventMetadata(
            id: id, source: "/shop/order", type: E.type, subject: event.subject,
            time: RFC3339Time(milliseconds: Mails.time * 1000), correlationID: event.subject)
        let context = EventContext(metadata: metadata, routingKey: E.routingKey)
        return try await handlers.withLock { $0[E.type] }?(event, context) ?? []
    }
}

/// Takes every mail, and says whose.
actor MailCounter: MailOutlet {
    private(set) var taken: [String] = []

    func send(_ message: MailMessage) { taken.append(message.to.address) }
}

/// The service's handlers over a ledger and a maildir of their own.
struct NotifyFixture {
    let ledger: EventLedger
    let bus = HandlerBus()
    let mail: String

    /// - Parameter outlet: instead of the maildir.
    static func with(_ outlet: (any MailOutlet)? = nil, _ body: (NotifyFixture) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "notify-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fixture = try NotifyFixture(folder, outlet)
        try await body(fixture)
        try fixture.ledger.close()
    }

    private init(_ folder: String, _ outlet: (any MailOutlet)?) throws {
        ledger = try EventLedger(
            path: "\(folder)/notify.db", migrations: MailStore.migrations, encoder: bus.encoder,
            logger: Logger(label: "test"))
        mail = "\(folder)/mail"
        let outlet = outlet ?? MaildirOutlet(maildir: Maildir(mail))
        NotifyHandlers(ledger: ledger, outlet: outlet, templates: try MailTemplates()).register(on: bus)
    }

    /// The names of the mails that were sent.
    var sent: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(mail)/new").sorted()) ?? [] }

    /// `kind state event`, one for each mail that is known.
    func notes() async throws -> [String] {
        try await ledger.read { transaction in
            try transaction.query("SELECT kind, state, event_id FROM mails ORDER BY order_id, kind").map {
                "\(try $0.text("kind")) \(try $0.text("state")) \(try $0.text("event_id"))"
            }
        }
    }

    static func fileName(_ eventID: String) -> String {
        MessageID(eventID: eventID, recipient: .customer).stableHash + ".eml"
    }

    static let customer = Customer(name: "Ann", email: "ann@example.com")
    static let created = OrderCreated(
        orderID: Mails.order, customer: customer, shipTo: "Street 1", currency: "EUR",
        lines: [OrderLine(sku: "MUG", quantity: 2, unitPrice: 1999)])
    static let rejected = OrderRejected(orderID: Mails.order, customer: customer, reasons: ["MUG is sold out."])
    static let cancelled = OrderCancelled(orderID: Mails.order, customer: customer, reason: "Changed my mind.")
    static let started = ShippingStarted(
        orderID: Mails.order, customer: customer, shipTo: "Street 1", carrier: "C", trackingNumber: "T", lines: [])
}
