import AMQPBridgeTesting
import Foundation
import Testing

@testable import Faults

struct ReportTests {
    @Test("a row has the fields that a reader may rely on, also when there is nothing to say")
    func fields() throws {
        let row = FaultRow(scenario: "broker-kill", verdict: .skipped, seed: 7, reasons: ["no root"])
        let object = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(row)) as? [String: Any])
        let promised = [
            "scenario", "accepted", "shipped", "rejected", "cancelled", "parked", "lost", "doubled", "resume_seconds",
            "verdict",
        ]
        #expect(Set(object.keys).isSuperset(of: promised))
        #expect(object["verdict"] as? String == "skipped" && object["resume_seconds"] is NSNull)
    }

    @Test("what was skipped is counted as skipped, and never as passed")
    func totals() {
        var passed = FaultRow(scenario: "a", verdict: .pass, seed: 7)
        passed.resumes = [0.5, 2]
        passed.kills = ["order": 2]
        let skipped = FaultRow(scenario: "b", verdict: .skipped, seed: 7)
        let failed = FaultRow(scenario: "c", verdict: .fail, seed: 7)
        let text = FaultTotals(rows: [passed, skipped, failed], seed: 7).lines.joined(separator: "\n")
        #expect(text.contains("2 scenarios: 1 passed, 1 failed; 1 skipped. Seed 7"))
        #expect(text.contains("Kills: 2 order"))
        #expect(text.contains("resumed 2 times: median 0.50 s, p99 2.00 s, longest 2.00 s"))
    }

    @Test("names choose scenarios and families; an unknown one is an error that names it")
    func names() throws {
        #expect(try Catalogue.select([]).count == Catalogue.all.count)
        #expect(try Catalogue.select(["service-kill"]).map(\.name) == ["service-kill"])
        #expect(try Catalogue.select(["service"]).allSatisfy { $0.family == .service })
        #expect(throws: Catalogue.UnknownName.self) { try Catalogue.select(["nonsense"]) }
    }

    @Test("every scenario has a name of its own, and says what it does")
    func catalogue() {
        let names = Catalogue.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Catalogue.all.allSatisfy { !$0.summary.isEmpty })
        #expect(Set(names).isDisjoint(with: Scenario.Family.allCases.map(\.rawValue)))
    }

    @Test("the same seed makes the same choices in a scenario, and others in another")
    func seeds() {
        let order = DrillOrder(seed: 42)
        var (first, again, other) = (order.generator(for: "a"), order.generator(for: "a"), order.generator(for: "b"))
        let numbers = (0..<8).map { _ in first.next() }
        #expect(numbers == (0..<8).map { _ in again.next() })
        #expect(numbers != (0..<8).map { _ in other.next() })
    }
}
