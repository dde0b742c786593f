import Glibc
import ShopEvents
import ShopRunning

// The broker is not there for a while, or ends its connections.
extension Scenario {
    static let brokerFreeze = Scenario(
        name: "broker-freeze", family: .broker,
        summary: "the broker stands still (SIGSTOP) for 22 s, longer than two heartbeats"
    ) { drill in
        try await drill.flow()
        let begin = ContinuousClock.now
        try drill.broker.signal(SIGSTOP)
        // Its sockets stay open: only its silence tells.
        try await drill.noticed(since: begin)
        try await Task.sleep(until: begin + .seconds(22))
        try drill.broker.signal(SIGCONT)
        try await drill.clean()
    }

    static let brokerRestart = Scenario(
        name: "broker-restart", family: .broker,
        summary: "the broker is stopped in order and started (stop_app, start_app)"
    ) { drill in
        try await drill.flow()
        try await drill.pause(upTo: .milliseconds(500))
        let begin = ContinuousClock.now
        try await drill.broker.control("-q", "stop_app")
        try await drill.noticed(since: begin)
        try await drill.broker.control("-q", "start_app")
        try await drill.clean()
    }

    static let connectionsClosed = Scenario(
        name: "connections-closed", family: .broker,
        summary: "the broker closes all connections, three times in the flow"
    ) { drill in
        for round in 1...3 {
            try await drill.flow(toShare: Double(round) / 4)
            try await drill.pause(upTo: .milliseconds(500))
            let before = ShopService.workers.map { lostConsumers(of: $0, drill) }
            try await drill.broker.control("-q", "close_all_connections", "--global", "closed on purpose")
            for (service, count) in zip(ShopService.workers, before) {
                try await waitFor("\(service) to say that it was cut off", within: .seconds(10)) {
                    lostConsumers(of: service, drill) > count
                }
            }
            try await drill.clean()
        }
    }

    private static func lostConsumers(of service: ShopService, _ drill: Drill) -> Int {
        drill.shop.log(of: service).ranges(of: "The consumer has ended").count
    }
}
