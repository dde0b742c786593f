import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopRunning
import Testing

@Suite("A bus loses nothing and comes back by itself, whatever the path does", .timeLimit(.minutes(30)))
struct BusUnderFaultTests {
    static let faults: [WireScenario.Fault] = {
        var faults: [WireScenario.Fault] = []
        for fault in FaultProxy.Fault.allCases {
            let isSilence = fault == .stall || fault == .swallow
            let lasts: Duration = fault == .cut || fault == .reset ? .milliseconds(300) : .milliseconds(3500)
            for direction in FaultProxy.Direction.allCases {
                faults.append(
                    WireScenario.Fault(
                        name: fault.rawValue, direction: direction.rawValue, strikes: [(fault, direction)],
                        lasts: lasts, isSilent: isSilence && direction == .toClient))
            }
            guard isSilence else { continue }
            faults.append(
                WireScenario.Fault(
                    name: fault.rawValue, direction: "both", strikes: [(fault, .toBroker), (fault, .toClient)],
                    lasts: lasts, isSilent: true))
        }
        // Those that exist are torn down, and no new one is let in.
        faults.append(WireScenario.Fault(name: "refuse", direction: "both", strikes: [], lasts: .seconds(2)))
        return faults
    }()

    /// Places in the stream where a fault strikes, chosen by the seed.
    private static let positions: [Int] = {
        var random = SeededGenerator(seed: 7)
        return (0..<(Thorough.isWanted ? 8 : 1)).map { _ in Int.random(in: 0..<4096, using: &random) }
    }()

    /// So many at a time: they wait most of the time.
    private static let atOnce = 5

    @Test("nothing confirmed is lost, no call is late, and it goes on within 5 s of a clean path")
    func allFaults() async throws {
        let scenarios = Self.positions.flatMap { position in
            Self.faults.enumerated().map { number, fault in
                WireScenario(fault: fault, position: position, name: "wire\(number)")
            }
        }
        try await BrokerControl.withVirtualHost { _, broker in
            let start = ContinuousClock.now
            let rows = try await run(scenarios, broker)
            let table =
                WireRow.table(rows)
                + "a plain sleep in the same process was late by up to \(MachineLateness.shared.worst(since: start))\n"
            print(table)
            try report(table)
            for row in rows { #expect(row.complaints == [], "\(row.fault) \(row.direction)") }
        }
    }

    /// Rows in the order of the scenarios.
    private func run(_ scenarios: [WireScenario], _ broker: BrokerFixture) async throws -> [WireRow] {
        try await withThrowingTaskGroup(of: (Int, WireRow).self) { group in
            var rows: [Int: WireRow] = [:]
            for (number, scenario) in scenarios.enumerated() {
                if number >= Self.atOnce, let (done, row) = try await group.next() { rows[done] = row }
                group.addTask { (number, try await scenario.run(broker)) }
            }
            for try await (done, row) in group { rows[done] = row }
            return scenarios.indices.compactMap { rows[$0] }
        }
    }

    /// For whoever writes about the run.
    private func report(_ table: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["RUN_DIR"] else { return }
        try table.write(toFile: "\(folder)/wire-table.txt", atomically: true, encoding: .utf8)
    }
}
