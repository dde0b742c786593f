import Foundation
import ShopRunning

extension Scenario {
    static let ofCluster: [Scenario] = [
        clusterLeaderKilled, clusterPartition, clusterMinority, clusterRollingRestart,
    ]

    private static let setting = Setting(site: .cluster(nodes: 3), resumeLimit: .seconds(15))

    static let clusterLeaderKilled = Scenario(
        name: "cluster-leader-killed", family: .cluster,
        summary: "of three nodes the one that leads a queue is killed (-9); the others go on",
        setting: setting, needs: [.network]
    ) { drill in
        for _ in 0..<(drill.order.isLong ? 10 : 1) {
            for queue in ["order.in", "inventory.in", "shipping.in"] {
                try await drill.flow()
                let node = try await drill.cluster.leader(of: queue)
                try await drill.cluster.kill(node)
                await drill.killed("leader")
                try await drill.clean()
                try await drill.cluster.up(node)
            }
        }
    }

    static let clusterPartition = Scenario(
        name: "cluster-partition", family: .cluster,
        summary: "the node that leads a queue, and to which services are connected, reaches nobody any more",
        setting: setting, needs: [.network]
    ) { drill in
        let node = try await drill.cluster.leader(of: "order.in")
        try await drill.cluster.drop(node)
        let begin = ContinuousClock.now
        try await drill.withoutNode(since: begin)
        try await drill.cluster.heal()
        try await drill.whole()
    }

    static let clusterMinority = Scenario(
        name: "cluster-minority", family: .cluster,
        summary: "the node to which all are connected loses the two others, and pauses",
        setting: setting, needs: [.network]
    ) { drill in
        // The first of AMQP_URL.
        let node = 1
        for other in [2, 3] { try await drill.cluster.drop(node, other) }
        let begin = ContinuousClock.now
        try await drill.withoutNode(since: begin)
        try await drill.cluster.heal()
        try await drill.whole()
    }

    static let clusterRollingRestart = Scenario(
        name: "cluster-rolling-restart", family: .cluster, summary: "one node after the other is restarted in order",
        setting: setting, needs: [.network]
    ) { drill in
        for node in 1...3 {
            try await drill.flow()
            try await drill.cluster.shut(node)
            try await drill.clean()
            try await drill.cluster.up(node)
        }
    }
}

extension Need {
    /// For namespaces; `deploy/cluster` says what else is missing.
    static let network = Need { geteuid() == 0 ? nil : "network namespaces need root" }
}

extension Drill {
    /// As soon as the others have given a node up they can work, and then they do.
    fileprivate func withoutNode(since begin: ContinuousClock.Instant) async throws {
        try await waitFor("two nodes to go on without the third", within: .seconds(60), every: .milliseconds(50)) {
            try await cluster.seen() == 2
        }
        let agreed = (ContinuousClock.now - begin) / .seconds(1)
        try await clean()
        let resumed = (ContinuousClock.now - begin) / .seconds(1)
        note(
            String(
                format: "after the cut two nodes went on after %.1f s, and all services after %.1f s", agreed, resumed))
        try await flow()
    }

    /// After the path is clean the cluster becomes whole by itself, and orders flow on.
    fileprivate func whole() async throws {
        try await clean()
        try await waitFor("three nodes", within: .seconds(120)) {
            let seen = try await cluster.seen()
            return try await cluster.isWhole() && seen == 3
        }
        try await flow()
    }
}
