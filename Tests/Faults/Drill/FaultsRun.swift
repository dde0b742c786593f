import Foundation
import ShopRunning

/// All chosen scenarios, one after the other.
struct FaultsRun {
    private let scenarios: [Scenario]
    private let order: DrillOrder
    private let isJSON: Bool

    init(_ scenarios: [Scenario], _ order: DrillOrder, json: Bool) {
        self.scenarios = scenarios
        self.order = order
        isJSON = json
    }

    func rows() async throws -> [FaultRow] {
        let table = FaultTable(scenarios)
        Output.progress("seed \(order.seed); \(scenarios.count) scenarios, \(order.orders) orders or more in each")
        if !isJSON { Output.line(table.header) }
        var rows: [FaultRow] = []
        for scenario in scenarios {
            Output.progress("\(scenario.name): \(scenario.summary)")
            let row = await self.row(scenario)
            // What was broken off is no result.
            try Task.checkCancellation()
            rows.append(row)
            if isJSON { try Output.json(row) } else { for line in table.lines(row) { Output.line(line) } }
        }
        let totals = FaultTotals(rows: rows, seed: order.seed).lines
        for line in totals { if isJSON { Output.progress(line) } else { Output.line(line) } }
        return rows
    }

    private func row(_ scenario: Scenario) async -> FaultRow {
        let folder = Self.folder.appending(path: scenario.name)
        try? FileManager.default.removeItem(at: folder)
        let row = await ScenarioRun(scenario: scenario, order: order, folder: folder).row()
        if row.verdict == .fail {
            Output.progress("what it left: \(folder.path)")
        } else {
            try? FileManager.default.removeItem(at: folder)
            // Only once nothing that failed is in it.
            rmdir(Self.folder.path)
        }
        return row
    }

    /// Each run's own: two at a time do not meet.
    private static let folder: URL = {
        let base = ProcessInfo.processInfo.environment["RUN_DIR"] ?? Repository.root + "/.run"
        return URL(filePath: base).appending(path: "faults/\(ProcessInfo.processInfo.processIdentifier)")
    }()
}
