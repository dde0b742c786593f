import Foundation
import Logging
import Testing

@testable import ServiceHost

@Suite("A process in which no task runs any more ends", .timeLimit(.minutes(1)))
struct PoolWatchTests {
    @Test("when handlers block every thread")
    func blocked() async {
        await #expect(processExitsWith: .exitCode(70)) {
            await withTaskGroup { group in
                let watch = PoolWatch(limit: .seconds(1), logger: Logger(label: "test"))
                group.addTask { await watch.run() }
                for _ in 0..<256 { group.addTask { Self.block() } }
            }
        }
    }

    @Test("not while tasks run")
    func free() async {
        await #expect(processExitsWith: .success) {
            await withTaskGroup { group in
                let watch = PoolWatch(limit: .seconds(1), logger: Logger(label: "test"))
                group.addTask { await watch.run() }
                try? await Task.sleep(for: .seconds(4))
                group.cancelAll()
            }
        }
    }

    private static func block() { while true { Thread.sleep(forTimeInterval: 3600) } }
}
