package import Foundation

/// A cluster of `deploy/cluster`, known by the folder it runs in. Its nodes are numbered from 1.
package struct ShopCluster: Sendable {
    package var runDirectory: String

    package init(runDirectory: String) { self.runDirectory = runDirectory }

    /// This machine has no place for a cluster.
    package struct Unavailable: Error, CustomStringConvertible {
        package var description: String
    }

    /// - Throws: `Unavailable` with the reason when there can be none here.
    package func start(nodes: Int) async throws {
        let result = try await script.result(["start", "\(nodes)"], within: .seconds(300))
        if result.exitCode == 69 {
            let reason = result.errors.split(separator: "\n").last ?? ""
            throw Unavailable(description: String(reason.trimmingPrefix("cluster: ")))
        }
        _ = try result.checked()
    }

    package func stop() async throws { try await script.run(["stop"]) }

    /// By `kill -9`.
    package func kill(_ node: Int) async throws { try await script.run(["kill", "\(node)"]) }
    /// Ends it in order.
    package func shut(_ node: Int) async throws { try await script.run(["shut", "\(node)"]) }
    /// Starts it, and returns when it runs and sees the others.
    package func up(_ node: Int) async throws { try await script.run(["up", "\(node)"]) }
    /// Nothing leaves it or reaches it any more; between it and another one only, when that is given.
    package func drop(_ node: Int, _ other: Int? = nil) async throws {
        try await script.run(["drop", "\(node)"] + (other.map { ["\($0)"] } ?? []))
    }
    /// The network is whole again.
    package func heal() async throws { try await script.run(["heal"]) }

    /// True when all nodes run and can be reached.
    package func isWhole() async throws -> Bool { try await script.result(["status"]).exitCode == 0 }

    package func leader(of queue: String) async throws -> Int {
        guard let node = Int(try await script.run(["leader", queue])) else {
            throw CommandFailed(description: "no leader of \(queue)")
        }
        return node
    }

    /// How many nodes there are in the eyes of one that can be reached, itself included.
    package func seen() async throws -> Int {
        // At once: what the cluster's status says is asked of every node, and those that are away take their time.
        Int(try await script.run(["ctl", "-q", "eval", "length(nodes()) + 1."])) ?? 0
    }

    /// A process in the clients' network, with the nodes' URLs in `AMQP_URL`.
    package func run(
        _ executable: URL, _ arguments: [String], environment: [String: String], output: URL, errors: URL
    ) throws -> ChildProcess {
        let variables = Command.inherited.merging(environment) { $1 }.merging(["RUN_DIR": runDirectory]) { $1 }
        return try ChildProcess(
            ShopBinaries.repository.appending(path: "deploy/cluster"), ["exec", executable.path] + arguments,
            environment: variables, output: output, errors: errors)
    }

    private var script: DeployScript { DeployScript(name: "cluster", runDirectory: runDirectory) }
}
