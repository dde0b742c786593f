import AMQPBridge
import Foundation
import Ledger
import ShopEvents
import Testing

@testable import ShippingSvc

@Suite("Shipping", .timeLimit(.minutes(1)))
struct ShippingTests {
    @Test func theSameOrderAlwaysGetsTheSameShipment() {
        for _ in 0..<100 {
            let id = UUIDv7().description
            #expect(Shipment(orderID: id) == Shipment(orderID: id))
        }
        let numbers = Set((0..<1000).map { _ in Shipment(orderID: UUIDv7().description).trackingNumber })
        #expect(numbers.count == 1000)
    }

    @Test func anyIDGivesAShipment() {
        for id in ["", "-", "x", String(repeating: "ü", count: 300)] {
            #expect(!Shipment(orderID: id).carrier.isEmpty)
        }
    }

    @Test func anOrderIsShippedOnceHoweverOftenItIsTold() async throws {
        try await ShippingDesk.open { desk in
            let first = ShippingDesk.incoming(ShippingDesk.stockTaken("a"))
            try await desk.tell([first, first])
            try await desk.tell(ShippingDesk.stockTaken("a"), ShippingDesk.stockTaken("b"))
            try await desk.tell([first])
            #expect(try await desk.said() == ["a shipping.started", "b shipping.started"])
            #expect(
                try await desk.facts() == [
                    .init(orderID: "a", state: .shipped), .init(orderID: "b", state: .shipped),
                ])
        }
    }

    @Test("what is not shipped is cancelled, and never shipped then; asked again, the answer is the same")
    func cancelledInTime() async throws {
        try await ShippingDesk.open { desk in
            let request = OrderCancelRequested(orderID: "a")
            try await desk.tell(request, ShippingDesk.stockTaken("a"))
            try await desk.tell(ShippingDesk.stockTaken("a"), request)
            #expect(try await desk.said() == ["a shipping.cancelled", "a shipping.cancelled"])
            #expect(try await desk.facts() == [.init(orderID: "a", state: .cancelled)])
        }
    }

    @Test("what has left is not cancelled any more; asked again, the answer is the same")
    func tooLate() async throws {
        try await ShippingDesk.open { desk in
            let request = OrderCancelRequested(orderID: "a")
            try await desk.tell(ShippingDesk.stockTaken("a"), request)
            try await desk.tell(request, ShippingDesk.stockTaken("a"))
            #expect(
                try await desk.said() == [
                    "a shipping.started", "a shipping.cancel_refused", "a shipping.cancel_refused",
                ])
            #expect(try await desk.facts() == [.init(orderID: "a", state: .shipped)])
        }
    }

    @Test("the same request delivered twice is answered once")
    func redelivered() async throws {
        try await ShippingDesk.open { desk in
            let request = ShippingDesk.incoming(OrderCancelRequested(orderID: "a"))
            try await desk.tell([request, request])
            try await desk.tell([request])
            #expect(try await desk.said() == ["a shipping.cancelled"])
        }
    }

    @Test("shipments of the first version are shipped ones")
    func oldRows() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shipping-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/shipping.db"
        try await ShippingDesk.open(at: path, Array(ShipmentStore.migrations.prefix(1))) { desk in
            _ = try await desk.ledger.write { transaction in
                try transaction.execute("INSERT INTO shipments VALUES ('old', 'C', 'T', 1)")
            }
        }
        try await ShippingDesk.open(at: path) { desk in
            try await desk.tell(OrderCancelRequested(orderID: "old"), ShippingDesk.stockTaken("old"))
            #expect(try await desk.said() == ["old shipping.cancel_refused"])
        }
    }
}
