import AMQPBridgeTesting
import ShopEvents
import ShopRunning

// Nothing is closed, and nothing comes: only heartbeats tell.
extension Scenario {
    static let pathBlackhole = Scenario(
        name: "path-blackhole", family: .path,
        summary: "everything on the way between services and broker is lost, both ways, for longer than two heartbeats",
        setting: Setting(usesPath: true)
    ) { drill in
        try await drill.silence(.swallow, FaultProxy.Direction.allCases)
    }

    static let pathOneWay = Scenario(
        name: "path-one-way", family: .path,
        summary:
            "what the broker says is lost on the way, then what the services say, each for longer than two heartbeats",
        setting: Setting(usesPath: true)
    ) { drill in
        for direction in await drill.shuffle(FaultProxy.Direction.allCases) {
            try await drill.silence(.swallow, [direction])
        }
    }

    static let pathStall = Scenario(
        name: "path-stall", family: .path,
        summary:
            "the path stalls in the middle of a frame, one way, then the other, each for longer than two heartbeats",
        setting: Setting(usesPath: true)
    ) { drill in
        for direction in await drill.shuffle(FaultProxy.Direction.allCases) {
            // The smallest frame has eight bytes.
            try await drill.silence(.stall, [direction], after: 1 + drill.choose(7))
        }
    }
}

extension Drill {
    /// So long that a peer is dead by its heartbeats, and so little longer that connecting is tried on a bad path, too.
    private static let silence = Duration.seconds(21)

    /// Every service must notice within two heartbeats that it is cut off, and miss both its connections within three:
    /// a consumer that gets deliveries and only is not heard may take as long as the broker to know it. Then the path is
    /// clean.
    ///
    /// - Parameter bytes: so many pass before; then it takes hold with the next frame, which is a heartbeat if nothing
    ///   else, and from there on the time counts.
    fileprivate func silence(
        _ fault: FaultProxy.Fault, _ directions: [FaultProxy.Direction], after bytes: Int = 0
    ) async throws {
        try await flow()
        let path = try path
        var begin = ContinuousClock.now
        for direction in directions { path.strike(fault, direction, after: bytes) }
        // A heartbeat is sent every half interval.
        if bytes > 0 { begin += .seconds(5) }
        try await waitFor("the fault to take hold") { path.hasStruck }
        try await noticed(since: begin)
        for service in ShopService.workers {
            try await waitFor("\(service) to miss both its connections", within: .seconds(10)) {
                let words = try await shop.obstacles(of: service) ?? ""
                return words.contains("not consuming") && words.contains("not connected for publishing")
            }
        }
        try await Task.sleep(until: begin + Self.silence)
        path.clean()
        try await clean()
    }
}
