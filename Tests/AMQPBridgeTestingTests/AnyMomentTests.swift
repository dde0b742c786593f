import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("At any moment, in any order of what runs side by side", .timeLimit(.minutes(1)))
struct AnyMomentTests {
    @Test("a graceful shutdown ends the bus without an error, also while it is still starting")
    func shutdown() async throws {
        for steps in 0..<500 {
            try await withTaskExecutorPreference(ShuffledExecutor()) {
                let depot = try Self.depot()
                try await depot.running { await Self.wait(steps % 50) }
                // Both where it was at work before there was a connection to publish on.
                #expect(depot.done.count + depot.ready >= 1, "done, or there for the next run")
                #expect(depot.broker.connections == 0)
            }
        }
    }

    @Test("a lost connection is made again, and what was there is done")
    func lost() async throws {
        for steps in 0..<300 {
            try await withTaskExecutorPreference(ShuffledExecutor()) {
                let depot = try Self.depot()
                try await depot.running {
                    await Self.wait(steps % 50)
                    depot.broker.closeConnections()
                    try await depot.passTime("all are done") { depot.isDone && depot.done.count > 0 }
                }
                #expect(depot.broker.connections == 0)
            }
        }
    }

    private static func depot() throws -> Depot {
        let depot = try Depot()
        depot.bus.on(Crate.self) { crate, context in
            depot.done.add(crate, context)
            return []
        }
        try depot.send([Crate(1)])
        return depot
    }

    private static func wait(_ steps: Int) async {
        for _ in 0..<steps { await Task.yield() }
    }
}
