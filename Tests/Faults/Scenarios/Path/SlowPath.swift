import AMQPBridgeTesting
import ShopEvents
import ShopRunning

extension Scenario {
    static let pathSlow = Scenario(
        name: "path-slow", family: .path,
        summary: "1,000 bytes a second each way on each connection, for longer than two heartbeats",
        setting: Setting(usesPath: true)
    ) { drill in
        let path = try drill.path
        for direction in FaultProxy.Direction.allCases { path.strike(.throttle, direction) }
        let begin = ContinuousClock.now
        // More comes than gets through.
        try await waitFor("orders to pile up") { drill.tap.read { $0.open.count } >= 50 }
        let ended = drill.tap.read { $0.endedCount }
        try await Task.sleep(until: begin + .seconds(21))
        // Slow is not dead: work goes on.
        guard drill.tap.read({ $0.endedCount }) > ended else {
            throw CommandFailed(description: "no order came to its end on a slow path")
        }
        for service in ShopService.workers where drill.shop.log(of: service).contains("Connection lost") {
            throw CommandFailed(
                description: "\(service) took a slow path for a dead one: \(drill.shop.log(of: service))")
        }
        path.clean()
        try await drill.clean()
    }
}
