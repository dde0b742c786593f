import Glibc
import Ledger
import Measure

/// The orders that begin the chain: as many at once as a window has, or evenly paced, whatever an order takes.
struct Placing {
    private static let window = 256

    var ledger: EventLedger
    var count: Int
    /// A second; 0: as fast as they are taken.
    var rate: Int

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if rate == 0 {
                for first in 0..<Self.window {
                    group.addTask {
                        for _ in stride(from: first, to: count, by: Self.window) { try await place() }
                    }
                }
            } else {
                let start = monotonicNanoseconds()
                for number in 0..<count {
                    sleep(until: start + UInt64(number) * 1_000_000_000 / UInt64(rate))
                    group.addTask { try await place() }
                }
            }
            try await group.waitForAll()
        }
    }

    private func place() async throws {
        let order = ChainOrder.placed(at: monotonicNanoseconds())
        try await ledger.write { transaction in
            try transaction.execute(
                "INSERT INTO orders (id, sku, quantity) VALUES (?, ?, ?)", .text(order.orderID), .text(order.sku),
                SQLValue(order.quantity))
            try transaction.emit(OrderCreated(order: order))
        }
    }

    /// Blocks its thread, as the C program does: `Task.sleep` makes ten system calls, which would be counted as ours.
    private func sleep(until time: UInt64) {
        var moment = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nil) == EINTR {}
    }
}
