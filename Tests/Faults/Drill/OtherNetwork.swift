import Foundation
import ShopRunning

/// A scenario in a network of its own: this program once more, in the clients' namespace of a cluster, for that scenario
/// alone. A process cannot change its network once it has threads.
struct OtherNetwork {
    private let scenario: Scenario
    private let order: DrillOrder
    private let folder: URL
    private let cluster: ShopCluster

    init(_ scenario: Scenario, _ order: DrillOrder, _ folder: URL) {
        self.scenario = scenario
        self.order = order
        self.folder = folder
        cluster = ShopCluster(runDirectory: folder.path)
    }

    /// From here: starts the cluster, runs the scenario in its network, and ends the cluster.
    func row(nodes: Int) async throws -> FaultRow {
        let result = await Result.of {
            try await cluster.start(nodes: nodes)
            return try await rowOfProcess()
        }
        // Also in a task that was cancelled.
        await Task { try? await cluster.stop() }.value
        return try result.get()
    }

    private func rowOfProcess() async throws -> FaultRow {
        let (output, errors) = (folder.appending(path: "inside.json"), folder.appending(path: "inside.log"))
        let process = try cluster.run(
            ShopBinaries.named("Faults"),
            [scenario.name, "--orders", "\(order.orders)", "--seed", "\(order.seed)", "--inside", folder.path]
                + (order.isLong ? ["--long"] : []),
            environment: ["SHOP_BIN": ShopBinaries.named("").path, "REPO_ROOT": Repository.root], output: output,
            errors: errors)
        let exit = await Result.of { try await process.exit(within: .seconds(3600)) }
        await process.end(within: .seconds(60))
        _ = try exit.get()
        guard let row = try? JSONDecoder().decode(FaultRow.self, from: Data(contentsOf: output)) else {
            let said = (try? Data(contentsOf: errors)).map { String(decoding: $0.suffix(1500), as: UTF8.self) } ?? ""
            throw CommandFailed(description: "the scenario's own process told no result: \(said)")
        }
        return row
    }

    /// In there: runs the scenario, prints the row and nothing else.
    static func rowInside(_ scenario: Scenario, _ order: DrillOrder, _ folder: URL) async throws -> FaultRow {
        let url = ProcessInfo.processInfo.environment["AMQP_URL"]
        let row = await ScenarioRun(scenario: scenario, order: order, folder: folder, clusterURL: url ?? "").row()
        try Output.json(row)
        return row
    }
}
