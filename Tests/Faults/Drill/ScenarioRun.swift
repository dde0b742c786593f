import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopEvents
import ShopRunning

/// One scenario from nothing to its row: broker, shop, customers, the fault, the settling, the oracle, and the end of all
/// of it.
struct ScenarioRun {
    let scenario: Scenario
    let order: DrillOrder
    /// For this scenario alone.
    let folder: URL
    /// The brokers' URLs when this process is in the scenario's own network already.
    var clusterURL: String?

    func row() async -> FaultRow {
        let begin = ContinuousClock.now
        var row = FaultRow(scenario: scenario.name, verdict: .skipped, seed: order.seed)
        row.reasons = scenario.needs.compactMap { $0.missing() }
        guard row.reasons.isEmpty else { return row }
        do {
            row = try await run()
        } catch let reason as ShopCluster.Unavailable {
            row.reasons = ["\(reason)"]
        } catch {
            row.verdict = .fail
            row.reasons = ["\(error)"]
        }
        row.seconds = FaultRow.rounded((ContinuousClock.now - begin) / .seconds(1))
        return row
    }

    private func run() async throws -> FaultRow {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard case .cluster(let nodes) = scenario.setting.site else { return try await runWithOneNode() }
        if let clusterURL { return try await run(at: clusterURL) }
        return try await OtherNetwork(scenario, order, folder).row(nodes: nodes)
    }

    private func runWithOneNode() async throws -> FaultRow {
        let broker = ShopBroker(runDirectory: folder.path)
        let result = await Result.of {
            try await broker.start()
            return try await run(at: try await broker.url())
        }
        // Also in a task that was cancelled.
        await Task {
            try? await broker.kill()
            try? await broker.stop()
        }.value
        return try result.get()
    }

    private func run(at url: String) async throws -> FaultRow {
        let broker = ShopBroker(runDirectory: folder.path)
        let tls = scenario.setting.usesTLS ? try await openTLS(broker) : nil
        let shop = try DrillShop(order.setting(of: scenario), in: folder, broker: broker, url: url, tls: tls)
        let result = await Result.of { try await run(shop) }
        await shop.end()
        return try result.get()
    }

    private func openTLS(_ broker: ShopBroker) async throws -> TLSDoor {
        let door = try TLSDoor(of: broker, try await CertificateAuthority(in: folder.path, named: "authority"))
        try await door.open(showing: try await door.authority.issue("broker", for: "DNS:localhost"))
        return door
    }

    private func run(_ shop: DrillShop) async throws -> FaultRow {
        let tap = Tap(try AMQPConfiguration(urls: shop.brokerURL))
        _ = try await shop.command("topology", "apply").checked()
        try await tap.prepare()
        try await shop.startMailServer()
        try await shop.start()
        _ = try await shop.command(["stock", "set"] + Customers.stock, within: .seconds(60)).checked()
        let customers = Customers(
            shop, goal: order.orders(of: scenario), random: order.generator(for: scenario.name + " customers"))
        let drill = Drill(scenario, order, shop: shop, customers: customers, tap: tap)
        return try await withThrowingTaskGroup(of: FaultRow?.self) { group in
            group.addTask {
                await tap.run()
                return nil
            }
            group.addTask {
                try await shop.keep()
                return nil
            }
            group.addTask { try await course(drill) }
            defer { group.cancelAll() }
            while let row = try await group.next() { if let row { return row } }
            throw CancellationError()
        }
    }

    /// Customers order, the body breaks and mends, all settles, the oracle speaks.
    private func course(_ drill: Drill) async throws -> FaultRow {
        let (customers, tap) = (drill.customers, drill.tap)
        try await withThrowingTaskGroup { group in
            group.addTask { try await customers.run { tap.read { $0.open.count } } }
            group.addTask {
                try await drill.flow(min(20, order.orders / 4))
                try await scenario.breakIt(drill)
                await customers.finish()
            }
            // Not waitForAll, which would let customers order for ever after a body that failed.
            while try await group.next() != nil {}
        }
        let settling = Settling(drill)
        let (evidence, judgement) = try await settling.evidence()
        let record = await drill.record
        var row = FaultRow(scenario, judgement, record, seed: order.seed)
        row.published = evidence.published
        row.confirmed = evidence.confirmed.count
        if let disagreement = try await settling.disagreement(with: judgement, evidence) {
            row.reasons.append(disagreement)
            row.verdict = .fail
        }
        return row
    }
}
