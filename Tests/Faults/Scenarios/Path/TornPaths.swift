import AMQPBridgeTesting
import Foundation
import ShopEvents
import ShopRunning

// Connections end, and both sides hear of it.
extension Scenario {
    static let pathReset = Scenario(
        name: "path-reset", family: .path,
        summary: "connections are torn down (RST) at random bytes, again and again", setting: Setting(usesPath: true)
    ) { drill in try await drill.tear(.reset) }

    static let pathCut = Scenario(
        name: "path-cut", family: .path,
        summary: "connections are closed (FIN) at random bytes, again and again", setting: Setting(usesPath: true)
    ) { drill in try await drill.tear(.cut) }

    static let pathRefused = Scenario(
        name: "path-refused", family: .path,
        summary: "all connections are torn down, and new ones refused for some seconds",
        // The retries are counted in the logs.
        setting: Setting(usesPath: true, environment: ["LOG_LEVEL": "debug"])
    ) { drill in
        let begin = ContinuousClock.now
        try drill.path.refuse()
        try await drill.noticed(since: begin)
        let before = ShopService.workers.map { drill.triesToConnect($0) }
        let seconds = 4 + Double(await drill.choose(2000)) / 1000
        try await Task.sleep(for: .seconds(seconds))
        for (service, before) in zip(ShopService.workers, before) {
            let tries = drill.triesToConnect(service) - before
            // Two connections, whose waits double from 0.1 s to 2 s, each shortened by up to half.
            guard (2...24).contains(tries) else {
                throw CommandFailed(description: "\(service) tried \(tries) times in \(seconds) s to connect")
            }
        }
        try drill.path.clean()
        try await drill.clean()
    }
}

extension Drill {
    /// In each direction, twice: at a byte, by seed, on each connection that gets so far.
    fileprivate func tear(_ fault: FaultProxy.Fault) async throws {
        for direction in shuffle(FaultProxy.Direction.allCases + FaultProxy.Direction.allCases) {
            try await flow(10)
            let path = try path
            path.strike(fault, direction, after: choose(4096))
            try await waitFor("the fault to take hold", every: .milliseconds(5)) { path.hasStruck }
            // Those that come back meanwhile meet it again, at the same byte of their own.
            try await pause(upTo: .milliseconds(500))
            path.clean()
            try await clean()
        }
    }

    nonisolated fileprivate func triesToConnect(_ service: ShopService) -> Int {
        shop.log(of: service).components(separatedBy: "Connection lost or not made").count - 1
    }
}
