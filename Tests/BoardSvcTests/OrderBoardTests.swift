import AMQPBridge
import Foundation
import Ledger
import ShopEvents
import Testing

@testable import BoardSvc

@Suite("Orders on the board", .timeLimit(.minutes(1)))
struct OrderBoardTests {
    private static let way: [EventType] = [
        PlaceOrder.type, OrderCreated.type, InventoryUpdated.type, ShippingStarted.type,
    ]

    private func events(_ types: [EventType]) -> [IncomingEvent] {
        types.map { type in
            BoardDesk.event(
                type, at: Int64(Self.way.firstIndex(of: type) ?? 9) * 20,
                lines: type == PlaceOrder.type ? nil : [OrderLine(sku: "MUG", quantity: 2, unitPrice: 5)])
        }
    }

    /// All sequences of four.
    private static let sequences = way.indices.flatMap { a in
        way.indices.flatMap { b in way.indices.flatMap { c in way.indices.map { [a, b, c, $0] } } }
    }.filter { Set($0).count == 4 }.map { $0.map { way[$0] } }

    @Test("In whatever sequence they are heard, a shipped order is shipped")
    func anySequence() async throws {
        #expect(Self.sequences.count == 24)
        for sequence in Self.sequences {
            try await BoardDesk.open { desk in
                for event in events(sequence) { try await desk.hear(event) }
                let order = try #require(try await desk.orders().first)
                #expect(order.status == "shipped" && order.events == 4, "\(sequence)")
                #expect(order.begunAt == BoardDesk.base && order.changedAt == BoardDesk.base + 60)
                #expect(order.pieces == 2 && order.total == 10 && order.currency == "EUR")
            }
        }
    }

    @Test(
        "The first end stays",
        arguments: [
            (OrderRejected.type, ShippingStarted.type, "rejected"),
            (ShippingStarted.type, OrderCancelled.type, "shipped"),
            (OrderCancelled.type, InventoryUpdated.type, "cancelled"),
        ])
    func firstEnd(first: EventType, then: EventType, status: String) async throws {
        try await BoardDesk.open { desk in
            try await desk.hear(events([OrderCreated.type, first, then]))
            #expect(try await desk.orders().map(\.status) == [status])
        }
    }

    @Test("What comes twice counts once; what is about no order, or of a kind nobody knows, is heard all the same")
    func otherEvents() async throws {
        try await BoardDesk.open { desk in
            let created = events([OrderCreated.type])
            try await desk.hear(created)
            try await desk.hear(created)
            try await desk.hear(
                BoardDesk.event(InventoryLow.type, at: 0, from: "/shop/inventory", of: "MUG"),
                BoardDesk.event("com.example.new.v3", at: 0, from: "elsewhere"))
            #expect(try await desk.orders().map(\.events) == [2], "the one of the order, and the one of a new kind")
            let (counts, samples, last) = try await desk.ledger.read { transaction in
                let heard = HeardStore(transaction: transaction)
                return (try heard.counts(after: 0), try heard.samples(after: 1, limit: 10), try heard.last())
            }
            #expect(last == 3)
            #expect(
                counts.map { "\($0.source) \($0.event) \($0.count)" } == [
                    "elsewhere com.example.new 1", "inventory inventory.low 1", "order order.created 1",
                ])
            #expect(samples.map(\.orderID) == [nil, BoardDesk.orderID])
        }
    }

    @Test("It forgets the oldest, and only these")
    func forgets() async throws {
        let (kept, step) = (700, HeardStore.clearedEvery)
        try await BoardDesk.open { desk in
            let ids = (0..<3000).map { _ in UUIDv7().description }
            try await desk.ledger.write { transaction in
                for id in ids {
                    let context = BoardDesk.event(OrderCreated.type, at: 0, of: id).context
                    try HeardStore(transaction: transaction, kept: kept).add(context.metadata, orderID: id)
                    try OrderBoardStore(transaction: transaction, kept: kept)
                        .note(HeardEvent(), context.metadata, orderID: id)
                }
            }
            let (orders, heard, newest) = try await desk.ledger.read { transaction in
                (
                    try transaction.first("SELECT COUNT(*) AS count FROM orders")?.int("count") ?? 0,
                    try transaction.first("SELECT COUNT(*) AS count FROM heard")?.int("count") ?? 0,
                    try OrderBoardStore(transaction: transaction).newest(limit: 1).first?.orderID
                )
            }
            #expect((kept..<kept + step).contains(orders) && (kept..<kept + step).contains(heard))
            #expect(newest == ids.last)
            #expect(try await desk.ledger.read { try OrderBoardStore(transaction: $0).find(ids[0]) } == nil)
        }
    }
}
