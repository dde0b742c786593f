import AMQPBridge
import ShopEvents
import ShopRunning

extension Scenario {
    static let permissionRevoked = Scenario(
        name: "permission-revoked", family: .security,
        summary: "everybody's user may do nothing any more, then not even enter the virtual host, and then all again"
    ) { drill in
        let endpoint = try drill.shop.endpoint
        let (vhost, user) = (endpoint.vhost, endpoint.user)
        try await drill.flow()
        let revocations = [
            (["set_permissions", "-p", vhost, user, "^$", "^$", "^$"], "ACCESS_REFUSED"),
            (["clear_permissions", "-p", vhost, user], "refused"),
        ]
        for (revocation, words) in revocations {
            try await drill.broker.control(["-q"] + revocation)
            let begin = ContinuousClock.now
            // A channel that was allowed something goes on doing it.
            try await drill.broker.control("-q", "close_all_connections", "--global", "permissions have changed")
            try await drill.noticed(saying: words, since: begin)
            try await drill.logged(words)
            try await watchAttempts(drill)
        }
        try await drill.broker.control("-q", "set_permissions", "-p", vhost, user, ".*", ".*", ".*")
        try await drill.clean()
    }

    /// Whoever is refused comes again, but not in a hurry: two connections a service, each at most about once a second after
    /// a quick beginning.
    private static func watchAttempts(_ drill: Drill) async throws {
        let before = attempts(drill)
        try await Task.sleep(for: .seconds(4))
        let after = attempts(drill)
        for service in ShopService.workers {
            let count = after[service, default: 0] - before[service, default: 0]
            guard (1...16).contains(count) else {
                throw CommandFailed(description: "\(service) tried to connect \(count) times in 4 s")
            }
        }
    }

    private static func attempts(_ drill: Drill) -> [ShopService: Int] {
        let log = drill.broker.logText
        let counts = ShopService.workers.map { service in
            (service, log.ranges(of: "client-provided name: \(service.rawValue) ").count)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }
}
