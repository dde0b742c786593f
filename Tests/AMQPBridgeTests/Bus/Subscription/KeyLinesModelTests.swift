import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

@Suite("Events of one key are concluded in the order of their arrival, whatever fails", .timeLimit(.minutes(1)))
struct KeyLinesModelTests {
    /// Some keys, some events; `a` never fails.
    private func scenario(
        _ random: inout SeededGenerator, duplicates: Bool
    ) -> [(time: Duration, copy: LineModel.Copy)] {
        let keys = ["a", "b", "c", "d"].prefix(Int.random(in: 2...4, using: &random))
        let span = [1000, 20_000, 400_000].randomElement(using: &random) ?? 1000
        var arrivals: [(time: Duration, copy: LineModel.Copy)] = []
        for number in 0..<Int.random(in: 1...40, using: &random) {
            let key = keys.randomElement(using: &random) ?? "a"
            let fails = key != "a" && Int.random(in: 0..<3, using: &random) == 0
            let copy = LineModel.Copy(
                id: "\(key)-\(number)", key: key, failures: fails ? Int.random(in: 1...6, using: &random) : 0)
            let copies = duplicates && Int.random(in: 0..<4, using: &random) == 0 ? 3 : 1
            for _ in 0..<copies { arrivals.append((.milliseconds(Int.random(in: 0...span, using: &random)), copy)) }
        }
        return arrivals
    }

    private static let ladders = ["1s,10s,60s,60s", "100ms", "10s,1s", "60s,1s,60s", "5m"]

    @Test("random scenarios: once each, in order, nobody waits for ever", arguments: Seeds.all, ladders)
    func once(seed: UInt64, ladder: String) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            // From a handler that takes no time to a backlog of many minutes.
            let slowest = [0, 50, 5000, 90_000][round % 4]
            var model = LineModel(ladder: try RetryLadder(ladder), arrivals: scenario(&random, duplicates: false))
            #expect(model.run { .milliseconds(Int.random(in: 0...slowest, using: &random)) }, "it ends")
            for key in ["a", "b", "c", "d"] {
                let expected = model.arrived.filter { $0.key == key }.map(\.id)
                #expect(model.concluded.filter { $0.key == key }.map(\.id) == expected, "round \(round)")
            }
            for copy in model.arrived {
                let steps = model.ladder.steps.count
                #expect(model.calls[copy.id] == min(copy.failures, steps) + 1, "waiting is not an attempt")
            }
            #expect(!model.heldBack.contains { $0.hasPrefix("a") }, "other keys are never held back")
            #expect(model.lines.count == 0 && model.lines.isEmpty)
        }
    }

    @Test(
        "with duplicates and no long backlog: each concluded as often as it came, the first time in order",
        arguments: Seeds.all)
    func duplicates(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let arrivals = scenario(&random, duplicates: true)
            var model = LineModel(ladder: .standard, arrivals: arrivals)
            let slowest = [0, 20, 100][round % 3]
            #expect(model.run { .milliseconds(Int.random(in: 0...slowest, using: &random)) }, "it ends")
            for key in ["a", "b", "c", "d"] {
                var seen: Set<String> = []
                let firsts = model.concluded.filter { $0.key == key && seen.insert($0.id).inserted }.map(\.id)
                #expect(firsts == model.arrived.filter { $0.key == key }.map(\.id), "round \(round)")
            }
            let copies = Dictionary(grouping: arrivals) { $0.copy.id }.mapValues(\.count)
            #expect(Dictionary(grouping: model.concluded) { $0.id }.mapValues(\.count) == copies)
            #expect(model.lines.count == 0 && model.lines.isEmpty)
        }
    }

    @Test("copies that never come back hold their key for a while only", arguments: Seeds.all)
    func lost(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<100 {
            var model = LineModel(ladder: .standard, arrivals: scenario(&random, duplicates: false))
            let ids = scenario(&random, duplicates: false).map(\.copy.id)
            model.lost = Set(ids)
            #expect(model.run { .milliseconds(Int.random(in: 0...50, using: &random)) }, "it ends")
            let there = Set(model.concluded.map(\.id))
            #expect(there.isSuperset(of: model.arrived.map(\.id).filter { !ids.contains($0) }), "round \(round)")
            for key in ["b", "c", "d"] {
                let concluded = model.concluded.filter { $0.key == key }.map(\.id)
                #expect(concluded == model.arrived.map(\.id).filter { concluded.contains($0) })
            }
        }
    }
}
