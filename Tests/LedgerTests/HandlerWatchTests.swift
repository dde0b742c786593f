import Foundation
import Synchronization
import Testing

@testable import Ledger

@Suite("A handler that never comes back ends the process, and names its event", .timeLimit(.minutes(1)))
struct HandlerWatchTests {
    private final class Names: Sendable {
        private let names = Mutex<[String]>([])
        var all: [String] { names.withLock { $0 } }
        func add(_ name: String) { names.withLock { $0.append(name) } }
    }

    @Test("past the limit, once, with the id of the event that runs")
    func stuck() async {
        let names = Names()
        let watch = HandlerWatch(limit: .milliseconds(50)) { names.add($0) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            watch.watching("quick") {}
            // As the database's own queue would be: a thread that the handler keeps.
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    watch.watching("stuck") {
                        while names.all.isEmpty { Thread.sleep(forTimeInterval: 0.005) }
                    }
                    continuation.resume()
                }
            }
        }
        #expect(names.all == ["stuck"])
    }

    @Test("handlers that come back are left alone, however many")
    func quick() async throws {
        let names = Names()
        let watch = HandlerWatch(limit: .milliseconds(200)) { names.add($0) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            let end = ContinuousClock.now + .milliseconds(600)
            while ContinuousClock.now < end { watch.watching("quick") {} }
            group.cancelAll()
        }
        #expect(names.all == [])
    }
}
