import Foundation
import ShopEvents
import ShopRunning

/// Waits until the evidence says that all is well, or until the time is over; then the evidence stands as it is. And asks the
/// other judge, `shop audit`.
struct Settling {
    private let drill: Drill

    init(_ drill: Drill) { self.drill = drill }

    func evidence() async throws -> (Evidence, Judgement) {
        let deadline = ContinuousClock.now + drill.shop.setting.settleLimit
        let tap = drill.tap
        while true {
            // Cheap, and false for most of the time; the whole evidence is not.
            let openLimit = await drill.record.expected.parked.count + drill.record.expected.gone
            let confirmed = await drill.customers.confirmed
            let mayBeDone = tap.read { $0.open(confirmed: confirmed) <= openLimit }
            let isOver = ContinuousClock.now >= deadline
            if mayBeDone || isOver {
                let evidence = try await collect()
                let judgement = Judgement(evidence)
                if judgement.isWell || isOver { return (evidence, judgement) }
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func collect() async throws -> Evidence {
        var evidence = Evidence()
        evidence.published = await drill.customers.published
        evidence.confirmed = await drill.customers.confirmed
        evidence.expected = await drill.record.expected
        for address in evidence.expected.refusedAddresses {
            evidence.expected.refusedMails.formUnion(await drill.customers.orders(of: address))
        }
        // One after the other, while things still move: what does not fit together yet is asked again.
        evidence.heard = drill.tap.read { $0 }
        evidence.mails = try drill.shop.mail.kindsByOrder()
        let letters = try? await drill.shop.command("dead", "list", "--json").checked().rows(of: LetterRow.self)
        evidence.letters = (letters ?? []).map { .init(service: $0.service, eventID: $0.eventId, error: $0.error) }
        let stock = try? await drill.shop.command("stock", "list", "--json").checked().rows(of: StockRow.self)
        evidence.taken = stock.map { Dictionary($0.map { ($0.sku, $0.taken) }) { first, _ in first } }
        return evidence
    }

    /// What `shop audit` says otherwise than the oracle; nil when the two agree.
    func disagreement(with judgement: Judgement, _ evidence: Evidence) async throws -> String? {
        let file = drill.shop.folder.appending(path: "confirmed.ndjson")
        let lines = evidence.confirmed.map { #"{"order_id":"\#($0)","confirmed":true}"# + "\n" }
        try Data(lines.joined().utf8).write(to: file)
        let result = try await drill.shop.command(
            ["audit", "--json", "--wait", "20s", "--placed", file.path], within: .seconds(600))
        guard let row = try result.rows(of: AuditRow.self).first else {
            return "shop audit ended with \(result.exitCode): \(result.errors)"
        }
        let audit = [row.shipped, row.rejected, row.cancelled, row.inFlight, row.parked, row.lost, row.doubled]
        let oracle = [
            judgement.shipped, judgement.rejected, judgement.cancelled, judgement.stuck + judgement.gone,
            judgement.parked, judgement.lost, judgement.doubled,
        ]
        if audit != oracle {
            return "shop audit counts shipped, rejected, cancelled, in flight, parked, lost, doubled as \(audit), "
                + "the oracle as \(oracle)"
        }
        guard row.balanced || judgement.gone > 0 else {
            return "shop audit says that the books do not balance: "
                + row.problems.prefix(3).map(\.problem).joined(separator: "; ")
        }
        return nil
    }
}
