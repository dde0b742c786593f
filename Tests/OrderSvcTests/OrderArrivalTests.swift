import AMQPBridge
import Foundation
import Ledger
import ShopEvents
import Testing

@testable import OrderSvc

/// News that comes before its order fails, and comes again later, as after a retry.
@Suite("Every order of arrival ends in the same place", .timeLimit(.minutes(2)))
struct OrderArrivalTests {
    private enum Step: CaseIterable {
        case place, taken, refused, started, cancel, shipmentCancelled
    }

    private static func event(_ step: Step, _ id: String) -> any Event {
        switch step {
        case .place: OrderDesk.place(id)
        case .taken: OrderDesk.taken(id)
        case .refused: OrderDesk.refused(id)
        case .started: OrderDesk.started(id)
        case .cancel: CancelOrder(orderID: id, reason: "why not")
        case .shipmentCancelled: ShippingCancelled(orderID: id)
        }
    }

    private static func incoming(_ event: some Event, _ id: String) -> IncomingEvent {
        let metadata = EventMetadata(
            id: id, source: "/test", type: type(of: event).type, subject: event.subject, correlationID: event.subject,
            causationID: "cause")
        return IncomingEvent(event: event, context: EventContext(metadata: metadata, routingKey: "any"))
    }

    /// All different sequences of these steps.
    private static func arrivals(_ steps: [Step]) -> [[Step]] {
        guard steps.count > 1 else { return [steps] }
        return Set(steps).flatMap { first in
            var rest = steps
            if let index = rest.firstIndex(of: first) { rest.remove(at: index) }
            return arrivals(rest).map { [first] + $0 }
        }
    }

    /// - Parameter isRedelivery: a step that comes again is the same event; otherwise another one with the same contents.
    private func run(_ arrival: [Step], isRedelivery: Bool, batched: Bool, _ ledger: EventLedger) async throws -> String
    {
        let id = UUIDv7().description
        var waiting = arrival.enumerated().map { index, step in
            Self.incoming(Self.event(step, id), isRedelivery ? "\(id) \(step)" : "\(id) \(step) \(index)")
        }
        // What came too early fails and, in the end, is replayed from the dead letters; what it held up is freed by that.
        for _ in arrival where !waiting.isEmpty {
            var (failed, freed): ([IncomingEvent], [IncomingEvent]) = ([], [])
            for batch in batched ? [waiting] : waiting.map({ [$0] }) {
                for (event, result) in zip(batch, try await ledger.handle(batch)) {
                    switch result {
                    case .handled: break
                    case .failed: failed.append(event)
                    case .postponed: freed.append(event)
                    }
                }
            }
            waiting = freed + failed
        }
        #expect(waiting.isEmpty, "\(arrival)")
        return id
    }

    private func withLedger(_ body: (EventLedger) async throws -> Void) async throws {
        try await OrderDesk.open { try await body($0.ledger) }
    }

    private func outbox(_ id: String, _ ledger: EventLedger) async throws -> [String] {
        try await ledger.read { transaction in
            try transaction.query("SELECT routing_key FROM outbox WHERE key = ? ORDER BY seq", .text(id)).map {
                try $0.text("routing_key")
            }
        }
    }

    private func order(_ id: String, _ ledger: EventLedger) async throws -> (order: Order, story: [Order.Entry]) {
        let found = try await ledger.read { transaction in
            let store = OrderStore(transaction: transaction)
            return (try store.find(id), try store.history(of: id))
        }
        return (try #require(found.0), found.1)
    }

    @Test("shipped", arguments: [true, false], [true, false])
    func shipped(isRedelivery: Bool, batched: Bool) async throws {
        try await withLedger { ledger in
            for arrival in Self.arrivals([.place, .place, .taken, .taken, .started, .started]) {
                let id = try await run(arrival, isRedelivery: isRedelivery, batched: batched, ledger)
                let (order, story) = try await order(id, ledger)
                #expect(order.status == .shipped, "\(arrival)")
                #expect(order.trackingNumber == "T" && order.carrier == "C" && order.reasons == [])
                #expect(try await outbox(id, ledger) == ["order.created"], "\(arrival)")
                #expect(story.first?.event == "order.place" && story.last?.status == .shipped, "\(arrival)")
                #expect(Set(story.map(\.event)) == ["order.place", "inventory.updated", "shipping.started"])
                #expect(Set(story.map(\.eventID)).count == story.count, "each event stands in it once")
            }
        }
    }

    @Test("rejected, and said so once", arguments: [true, false], [true, false])
    func rejected(isRedelivery: Bool, batched: Bool) async throws {
        try await withLedger { ledger in
            for arrival in Self.arrivals([.place, .place, .refused, .refused, .refused]) {
                let id = try await run(arrival, isRedelivery: isRedelivery, batched: batched, ledger)
                let (order, story) = try await order(id, ledger)
                #expect(order.status == .rejected, "\(arrival)")
                #expect(order.reasons == ["We do not have a product MUG."])
                #expect(try await outbox(id, ledger) == ["order.created", "order.rejected"], "\(arrival)")
                #expect(story.map(\.status).first == .placed && story.last?.status == .rejected)
                #expect(story.allSatisfy { $0.causationID == "cause" && $0.source == "/test" })
            }
        }
    }

    @Test("contradicting news: the first terminal status stays")
    func contradicting() async throws {
        try await withLedger { ledger in
            for arrival in Self.arrivals([.taken, .refused, .started, .refused]) {
                let id = try await run([.place] + arrival, isRedelivery: false, batched: false, ledger)
                let (order, story) = try await order(id, ledger)
                let firstTerminal = story.map(\.status).first { $0.isTerminal }
                #expect(order.status == firstTerminal, "\(arrival)")
                let rejections = try await outbox(id, ledger).count { $0 == "order.rejected" }
                #expect(rejections == (firstTerminal == .rejected ? 1 : 0), "\(arrival)")
            }
        }
    }
    @Test("cancelled, and its customer told once", arguments: [true, false], [true, false])
    func cancelled(isRedelivery: Bool, batched: Bool) async throws {
        try await withLedger { ledger in
            for arrival in Self.arrivals([.place, .place, .cancel, .shipmentCancelled, .taken]) {
                let id = try await run(arrival, isRedelivery: isRedelivery, batched: batched, ledger)
                let (order, story) = try await order(id, ledger)
                #expect(order.status == .cancelled && order.lines == OrderDesk.lines, "\(arrival)")
                let told = try await OrderDesk(ledger: ledger).data(OrderCancelled.self, id)
                #expect(told.count { $0.customer == OrderDesk.customer } == 1, "\(arrival)")
                let said = try await outbox(id, ledger)
                let isOvertaken = story.first?.event == "order.cancel"
                #expect(said.contains("order.created") == !isOvertaken, "\(arrival)")
                #expect(told.count == (isOvertaken ? 2 : 1), "\(arrival)")
                #expect(said.count { $0 == "order.cancel_requested" } <= 1, "\(arrival)")
            }
        }
    }
}
