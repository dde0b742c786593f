import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import OrderSvc

@Suite("Orders as the admin port shows them", .timeLimit(.minutes(1)))
struct OrderViewTests {
    private static let ann = Customer(name: "Ann", email: "ann@example.com")
    private static let full = Order(
        id: "1", status: .shipped, customer: ann, shipTo: "Here 1",
        currency: "EUR", lines: [OrderLine(sku: "MUG", quantity: 2, unitPrice: 5)], reasons: ["none"], carrier: "C",
        trackingNumber: "T", placedAt: 0, updatedAt: 1_769_848_200_250)
    private static let entry = Order.Entry(
        time: 0, status: .placed, event: "order.place", eventID: "e", source: "/s", causationID: "c")

    private func object(_ view: OrderView) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try JSONEncoder().encode(view)) as? [String: Any])
    }

    @Test("field names")
    func names() throws {
        let object = try object(OrderView(Self.full, history: [Self.entry]))
        #expect(
            Set(object.keys) == [
                "order_id", "status", "email", "name", "ship_to", "currency", "lines", "reasons", "carrier",
                "tracking_number", "placed_at", "updated_at", "history",
            ])
        let history = try #require(object["history"] as? [[String: String]])
        #expect(
            history == [
                [
                    "time": "1970-01-01T00:00:00.000Z", "status": "placed", "event": "order.place", "event_id": "e",
                    "source": "/s", "causation_id": "c",
                ]
            ])
        #expect(object["updated_at"] as? String == "2026-01-31T08:30:00.250Z")
        #expect(object["status"] as? String == "shipped")
    }

    @Test("what there is none of is left out")
    func absent() throws {
        var order = Self.full
        order.carrier = nil
        order.trackingNumber = nil
        let keys = try object(OrderView(order, history: nil)).keys
        #expect(!keys.contains("carrier") && !keys.contains("tracking_number") && !keys.contains("history"))
    }

    @Test(
        "pages of any size make the whole list, newest first, also of orders placed in one instant",
        arguments: [
            1, 2, 3, 7, 20, 100,
        ])
    func pages(size: Int) async throws {
        try await withOrders(20) { ledger in
            for status in [nil, .placed, .rejected, .shipped] as [OrderStatus?] {
                var listed: [Order] = []
                while true {
                    let page = try await ledger.read { [last = listed.last.map(OrderCursor.init)] in
                        try OrderStore(transaction: $0).page(after: last, status: status, limit: size)
                    }
                    listed += page
                    if page.count < size { break }
                }
                let numbers = (0..<20).filter { status == nil || Self.status($0) == status }
                #expect(listed.map(\.id) == numbers.reversed().map { Self.id($0) })
            }
        }
    }

    private static func id(_ number: Int) -> String { "018f3b1c-7a2e-7c3d-9e4f-0000000000\(10 + number)" }

    private static func status(_ number: Int) -> OrderStatus { number.isMultiple(of: 3) ? .rejected : .placed }

    /// Five orders are placed at each instant.
    private func withOrders(_ count: Int, _ body: (EventLedger) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "order-list-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: folder + "/order.db", migrations: OrderStore.migrations, encoder: EventEncoder(source: "/shop/order"),
            logger: Logger(label: "test"))
        try await ledger.write { transaction in
            for number in 0..<count {
                let order = PlaceOrder(orderID: Self.id(number), customer: Self.ann, shipTo: "", lines: [])
                try OrderStore(transaction: transaction).insert(
                    order, status: Self.status(number), reasons: [], at: RFC3339Time(milliseconds: Int64(number / 5)))
            }
        }
        try await body(ledger)
        try ledger.close()
    }
}
