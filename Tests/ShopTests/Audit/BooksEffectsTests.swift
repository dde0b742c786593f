import ShopEvents
import Testing

@testable import Shop

@Suite("E-mails and stock in the books")
struct BooksEffectsTests {
    typealias Sample = BooksSample

    private static let all = ["order.created", "shipping.started", "order.rejected", "order.cancelled"]
    private static let samples: [Sample] = [.shipped, .rejected, .invalid, .cancelled, .tombstone]

    @Test func eachDueMailIsMissedAndEveryOtherIsTooMany() {
        for sample in Self.samples {
            for kind in Self.all {
                if sample.mails.contains(kind) {
                    let less = sample.with { $0.mails.removeAll { $0 == kind } }
                    #expect(less.problems == ["its e-mail for \(kind) is missing"])
                    #expect(less.kinds == [.missing])
                } else {
                    let more = sample.with { $0.mails.append(kind) }
                    #expect(more.problems == ["\(sample.status ?? ""), but got an e-mail for \(kind)"])
                    #expect(more.kinds == [.doubled])
                }
            }
        }
    }

    @Test func aMailThatIsOnItsWayIsNotMissed() {
        let unsent = Sample.shipped.with { $0.mails = ["order.created"] }
        #expect(unsent.problems.count == 1)
        let row = AuditRecord.Outbox(
            key: Sample.id, event: "shipping.started", eventID: "e", attempts: 1, parked: false)
        #expect(unsent.with { $0.more = [.outbox(row)] }.problems == [])
        #expect(unsent.with { $0.busy = [.notify] }.problems == [])
        #expect(unsent.with { $0.letters = [(.notify, "shipping.started")] }.problems == [])
        // Another event of the order on its way, and another service's letter, explain nothing.
        #expect(unsent.with { $0.letters = [(.notify, "order.created")] }.problems.count == 1)
        #expect(unsent.with { $0.letters = [(.order, "shipping.started")] }.problems.count == 1)
        #expect(unsent.with { $0.busy = [.order, .inventory, .shipping] }.problems.count == 1)
    }

    @Test func aMailThatWasBegunIsNotSent() {
        let begun = AuditRecord.mail(.init(orderID: Sample.id, event: "shipping.started", state: .sending))
        let sample = Sample.shipped.with {
            $0.mails = ["order.created"]
            $0.more = [begun]
        }
        #expect(sample.problems == ["its e-mail for shipping.started was begun and not finished"])
        #expect(sample.verdict.emails == 1)
        #expect(sample.with { $0.busy = [.notify] }.problems == [])
    }

    @Test func whatStandsTwiceIsDoubled() {
        let twice: [(AuditRecord, String)] = [
            (.mail(.init(orderID: Sample.id, event: "order.created", state: .sent)), "e-mail"),
            (.shipment(.init(orderID: Sample.id, state: .shipped)), "shipment"),
            (.order(.init(orderID: Sample.id, status: "shipped", created: true, addressed: true)), "order"),
        ]
        for (record, name) in twice {
            let sample = Sample.shipped.with { $0.more = [record] }
            #expect(sample.problems == ["its \(name) stands twice in the books"])
            #expect(AuditReport(sample.verdict, standing: sample.verdict.problems).doubled == 1)
        }
        let decision = AuditRecord.decision(.init(orderID: Sample.id, outcome: .taken, pieces: [:]))
        #expect(
            Sample.shipped.with { $0.more = [decision] }.problems == ["its stock decision stands twice in the books"])
    }

    @Test func anOrderHasOneEnding() {
        let running = Sample(status: "confirmed", shipment: nil, mails: ["order.created"], busy: [.order])
        // The mail is quicker than the order's own service now and then.
        #expect(running.with { $0.mails.append("shipping.started") }.problems == [])
        #expect(running.with { $0.mails += ["shipping.started", "order.cancelled"] }.kinds == [.doubled, .doubled])
    }

    @Test func theStockOfACancelledOrderIsPutBack() {
        let kept = Sample.cancelled.with { $0.decision = .taken }
        #expect(kept.problems == ["cancelled, but its stock was not put back"])
        #expect(kept.verdict.problems.first?.isMendable == true)
        #expect(kept.with { $0.busy = [.inventory] }.problems == [])
        #expect(kept.with { $0.letters = [(.inventory, "shipping.cancelled")] }.problems == [])
        let row = AuditRecord.Outbox(
            key: Sample.id, event: "shipping.cancelled", eventID: "e", attempts: 1, parked: false)
        #expect(kept.with { $0.more = [.outbox(row)] }.problems == [])
    }

    // MARK: Stock

    private func stockProblems(_ onHand: Int, _ taken: Int, adjusted: Int) -> [String] {
        Sample.shipped.with {
            $0.more = [.stock(.init(sku: "MUG", onHand: onHand, taken: taken, adjusted: adjusted))]
        }.verdict.problems.map(\.text)
    }

    @Test func everyPieceOfStockIsAccountedFor() {
        #expect(stockProblems(8, 2, adjusted: 10) == [])
        #expect(
            stockProblems(7, 2, adjusted: 10) == ["product MUG: 7 on hand and 2 taken, but 10 were ever put there"])
        #expect(stockProblems(7, 3, adjusted: 10) == ["product MUG: 3 taken, but 2 by the orders' decisions"])
        #expect(stockProblems(-1, 2, adjusted: 1) == ["product MUG: -1 on hand"])
        #expect(stockProblems(.max, 2, adjusted: 1).count == 1, "numbers from outside never trap")
    }

    @Test func whatWasTakenOfAProductThatIsNotThere() {
        let decision = AuditRecord.decision(
            .init(orderID: "0190abcd-ef01-7000-8000-00000000000b", outcome: .taken, pieces: ["GONE": 1]))
        let problems = Sample.shipped.with { $0.more = [decision] }.verdict.problems
        #expect(problems.compactMap(\.sku) == ["GONE"])
    }

    @Test func onlyTakenPiecesCount() {
        for outcome in [AuditRecord.Decision.Outcome.released, .refused, .cancelled] {
            var books = Books()
            _ = books.enter(.decision(.init(orderID: Sample.id, outcome: outcome, pieces: ["MUG": 2])))
            #expect(books.taken.isEmpty)
        }
    }
}
