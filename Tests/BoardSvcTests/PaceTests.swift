import AMQPBridge
import ShopEvents
import Testing

@testable import BoardSvc

@Suite("Pace: how many orders, and how long they take", .timeLimit(.minutes(1)))
struct PaceTests {
    private let step = PaceStore.step
    private let base = BoardDesk.base

    @Test("Orders count in the while they were placed in, their times in the one they were shipped in")
    func counts() async throws {
        try await BoardDesk.open { desk in
            for number in 0..<100 {
                let id = UUIDv7().description
                let begin = Int64(step + 10)
                try await desk.hear(
                    BoardDesk.event(PlaceOrder.type, at: begin, from: "/shop/cli", of: id),
                    BoardDesk.event(OrderCreated.type, at: begin + 1, of: id),
                    BoardDesk.event(
                        ShippingStarted.type, at: Int64(2 * step + 10) + Int64(number), from: "/shop/shipping", of: id))
            }
            let points = try await desk.points(before: base + 3 * step + 1, count: 3)
            #expect(points.map(\.start) == [base, base + step, base + 2 * step])
            #expect(points.map(\.placed) == [0, 100, 0])
            #expect(points.map(\.shipped) == [0, 0, 100])
            #expect(points.map { $0.p50 == nil } == [true, true, false])
            // 5000 to 5099 ms, to two digits.
            #expect([points[2].p50, points[2].p99].allSatisfy { (4950...5100).contains($0 ?? 0) }, "\(points)")
        }
    }

    @Test("Without its beginning an order has no time, and what a second event of its beginning says counts once")
    func beginnings() async throws {
        try await BoardDesk.open { desk in
            let (known, unknown) = (UUIDv7().description, UUIDv7().description)
            try await desk.hear(
                BoardDesk.event(ShippingStarted.type, at: 10, of: unknown),
                BoardDesk.event(OrderCreated.type, at: 20, of: known),
                BoardDesk.event(PlaceOrder.type, at: 19, of: known))
            #expect(try await desk.points(before: base + step, count: 1) == [.init(start: base, placed: 1)])
        }
    }

    @Test(arguments: [
        (0, 0), (7, 7), (99, 99), (100, 100), (109, 100), (1234, 1200), (99_999, 99_000), (-5, 0), (.max, 3_600_000),
    ])
    func roundedToTwoDigits(duration: Int, rounded: Int) {
        #expect(PaceStore.rounded(duration) == rounded)
    }
}
