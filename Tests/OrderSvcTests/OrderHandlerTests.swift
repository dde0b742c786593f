import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import OrderSvc

@Suite("Orders over a real ledger", .timeLimit(.minutes(2)))
struct OrderHandlerTests {
    private static let id = "018f3b1c-7a2e-7c3d-9e4f-5a6b7c8d9e0f"
    private static let customer = Customer(name: "Ann", email: "ann@example.com")
    private static let lines = [OrderLine(sku: "MUG", quantity: 2)]

    private static let place = PlaceOrder(orderID: id, customer: customer, shipTo: "Here 1", lines: lines)
    private static let taken = InventoryUpdated(orderID: id, customer: customer, shipTo: "Here 1", lines: lines)
    private static let refused = InventoryRejected(
        orderID: id, shortages: [.init(sku: "MUG", wanted: 2, available: 1)])
    private static let shipped = ShippingStarted(
        orderID: id, customer: customer, shipTo: "Here 1", carrier: "C", trackingNumber: "T", lines: lines)

    @Test func theSameCommandAgainIsTheSameOrder() async throws {
        try await withLedger { ledger in
            try await expectHandled(ledger, [Self.place, Self.place])
            var upper = Self.place
            upper.orderID = Self.id.uppercased()
            try await expectHandled(ledger, [upper])
            #expect(try await Self.outbox(ledger) == ["order.created"])
        }
    }

    @Test func anotherBodyUnderTheSameIDIsRefused() async throws {
        try await withLedger { ledger in
            try await expectHandled(ledger, [Self.place])
            var other = Self.place
            other.lines[0].quantity = 3
            guard case .failed(let error)? = try await ledger.handle([Self.incoming(other)]).first else {
                Issue.record("taken")
                return
            }
            #expect("\(error)".contains("other contents"))
            #expect(try await Self.order(ledger)?.lines == Self.lines)
        }
    }

    @Test func aBadOrderIsStoredRejectedAndAnswered() async throws {
        try await withLedger { ledger in
            var bad = Self.place
            bad.lines[0].quantity = 0
            bad.customer.name = "Ann\r\nBcc: everybody@example.com"
            try await expectHandled(ledger, [bad, bad])
            #expect(try await Self.order(ledger)?.status == .rejected)
            #expect(try await Self.order(ledger)?.reasons.count == 2)
            #expect(try await Self.outbox(ledger) == ["order.rejected"])
            let bodies = try await ledger.read { try $0.query("SELECT body FROM outbox").map { try $0.bytes("body") } }
            #expect(!bodies.contains { String(decoding: $0, as: UTF8.self).contains("Bcc") })
        }
    }

    /// Every order of arrival, each event twice, one by one and in one batch: the same end, and everything said once.
    @Test func everyOrderOfArrivalEndsWell() async throws {
        for arrival in Self.permutations([Self.taken as any Event, Self.shipped, Self.taken, Self.shipped]) {
            try await withLedger { ledger in
                try await expectHandled(ledger, [Self.place])
                for event in arrival { try await expectHandled(ledger, [event]) }
                #expect(try await Self.order(ledger)?.status == .shipped)
                #expect(try await Self.outbox(ledger) == ["order.created"])
            }
        }
        for arrival in Self.permutations([Self.refused as any Event, Self.refused, Self.refused]) {
            try await withLedger { ledger in
                try await expectHandled(ledger, [Self.place as any Event] + arrival)
                #expect(try await Self.order(ledger)?.status == .rejected)
                #expect(try await Self.order(ledger)?.reasons == ["Of MUG only 1 are left; you asked for 2."])
                #expect(try await Self.outbox(ledger) == ["order.created", "order.rejected"])
            }
        }
    }

    @Test func theStoryIsKept() async throws {
        try await withLedger { ledger in
            try await expectHandled(ledger, [Self.place, Self.taken, Self.shipped])
            let story = try await ledger.read { try OrderStore(transaction: $0).history(of: Self.id) }
            #expect(story.map(\.event) == ["order.place", "inventory.updated", "shipping.started"])
            #expect(story.map(\.status) == [.placed, .confirmed, .shipped])
            #expect(try await Self.order(ledger)?.trackingNumber == "T")
        }
    }

    // MARK: Fixture

    private func withLedger(_ body: (EventLedger) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "orders-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: folder + "/order.db", migrations: OrderStore.migrations, encoder: EventEncoder(source: "/shop/order"),
            logger: Logger(label: "test"))
        OrderHandlers.register(on: ledger)
        try await body(ledger)
        try ledger.close()
    }

    private func expectHandled(_ ledger: EventLedger, _ events: [any Event]) async throws {
        for result in try await ledger.handle(events.map { Self.incoming($0) }) {
            if case .failed(let error) = result { Issue.record("\(error)") }
        }
    }

    /// Each time under a new event id: it is the order's state that must make a repetition harmless.
    private static func incoming(_ event: some Event) -> IncomingEvent {
        let metadata = EventMetadata(
            source: "/test", type: type(of: event).type, subject: event.subject, correlationID: event.subject)
        return IncomingEvent(
            event: event, context: EventContext(metadata: metadata, routingKey: type(of: event).routingKey))
    }

    private static func order(_ ledger: EventLedger) async throws -> Order? {
        try await ledger.read { try OrderStore(transaction: $0).find(id) }
    }

    private static func outbox(_ ledger: EventLedger) async throws -> [String] {
        try await ledger.read {
            try $0.query("SELECT routing_key FROM outbox ORDER BY seq").map { try $0.text("routing_key") }
        }
    }

    private static func permutations(_ events: [any Event]) -> [[any Event]] {
        guard events.count > 1 else { return [events] }
        return events.indices.flatMap { index in
            var rest = events
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }
}
