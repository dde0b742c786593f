import ShopEvents
import Testing

@testable import Shop

@Suite("Where an order stands, by all the services' books")
struct BooksTests {
    typealias Sample = BooksSample
    typealias Decision = AuditRecord.Decision.Outcome
    typealias Shipment = AuditRecord.Shipment.State

    @Test(arguments: [
        (Sample.shipped, 2), (.rejected, 2), (.invalid, 1), (.cancelled, 2), (.tombstone, 0), (.placed, 0),
    ])
    func orderlyBooksBalance(_ sample: BooksSample, _ emails: Int) {
        #expect(sample.problems == [])
        #expect(sample.verdict.orders == 1)
        #expect(sample.verdict.emails == emails)
        let report = AuditReport(sample.verdict, standing: [])
        let places = [report.shipped, report.rejected, report.cancelled, report.inFlight, report.parked]
        #expect(places.reduce(0, +) == 1)
    }

    /// What may stand beside each status when nothing is on its way; written down by hand, from the rules of the shop.
    private static let allowed: [String: [(Decision?, Shipment?)]] = [
        "shipped": [(.taken, .shipped)],
        // Cancelled in vain: the stock was refused before the shipping was asked, or after.
        "rejected": [(.refused, nil), (.refused, .cancelled), (.cancelled, nil), (.cancelled, .cancelled)]
            + [(nil, nil), (nil, .cancelled)],
        "cancelled": [(.released, .cancelled), (.cancelled, .cancelled), (.refused, .cancelled), (nil, .cancelled)],
        // On their way: the others may be ahead.
        "confirmed": [(.taken, nil), (.taken, .shipped), (.taken, .cancelled), (.released, .cancelled)]
            + [(.released, nil)],
        "placed": [(nil, nil), (.taken, nil), (.refused, nil), (.released, nil), (.cancelled, nil)]
            + [(nil, .cancelled), (.taken, .cancelled), (.refused, .cancelled), (.released, .cancelled)]
            + [(.cancelled, .cancelled), (.taken, .shipped)],
    ]

    @Test func everyCombinationOfOrderStockAndShipmentIsJudged() {
        for (status, allowed) in Self.allowed {
            for decision in [nil, .taken, .refused, .released, .cancelled] as [Decision?] {
                for shipment in [nil, .shipped, .cancelled] as [Shipment?] {
                    var sample = Sample(status: status, decision: decision, shipment: shipment)
                    sample.mails = ["order.created"]
                    let ending = ["shipped": "shipping.started", "placed": nil, "confirmed": nil][status]
                    if let ending = ending ?? "order.\(status)", status != "placed", status != "confirmed" {
                        sample.mails.append(ending)
                    }
                    // Something is on its way, so that nothing is held against those that are not at their end.
                    sample.busy = [.order]
                    let isAllowed = allowed.contains { $0 == decision && $1 == shipment }
                    let found = sample.problems
                    let told = "\(status), \(decision?.rawValue ?? "-"), \(shipment?.rawValue ?? "-"): \(found)"
                    #expect(found.isEmpty == isAllowed, "\(told)")
                }
            }
        }
    }

    @Test(arguments: ["placed", "confirmed"])
    func anOrderThatNothingMovesAnyMoreIsNamed(_ status: String) {
        let sample = Sample(
            status: status, decision: status == "confirmed" ? .taken : nil, shipment: nil, mails: ["order.created"])
        #expect(sample.problems == ["\(status), and nothing is on its way that could move it"])
        #expect(sample.verdict.inFlight == 1)
        for mover in [ShopService.order, .inventory, .shipping] {
            #expect(sample.with { $0.busy = [mover] }.problems == [])
        }
        // E-mails move no order.
        #expect(sample.with { $0.busy = [.notify] }.problems.count == 1)
    }

    @Test func whatWaitsInAnOutboxMovesItsOrder() {
        let row = AuditRecord.Outbox(
            key: Sample.id, event: "inventory.updated", eventID: "e", attempts: 3, parked: false)
        let sample = Sample(
            status: "placed", decision: .taken, shipment: nil, mails: ["order.created"], more: [.outbox(row)])
        #expect(sample.problems == [])
        #expect(sample.verdict.inFlight == 1)
    }

    @Test func whatWasGivenUpIsParked() {
        let row = AuditRecord.Outbox(
            key: Sample.id, event: "inventory.updated", eventID: "e", attempts: 3, parked: true)
        let inOutbox = Sample(
            status: "placed", decision: .taken, shipment: nil, mails: ["order.created"], more: [.outbox(row)])
        let letter = Sample(
            status: "confirmed", shipment: nil, mails: ["order.created"], letters: [(.shipping, "inventory.updated")])
        for sample in [inOutbox, letter] {
            #expect(sample.problems == [])
            #expect(sample.verdict.parked == 1)
            #expect(sample.verdict.inFlight == 0)
        }
        // An order at its end stays there, whatever else was given up.
        #expect(Sample.shipped.with { $0.letters = [(.order, "order.place")] }.verdict.shipped == 1)
    }

    @Test func aPlacingThatWasGivenUpIsAParkedOrder() {
        let sample = Sample(
            status: nil, decision: nil, shipment: nil, mails: [], letters: [(.order, "order.place")], isExpected: true)
        #expect(sample.problems == [])
        #expect(sample.verdict.parked == 1)
        #expect(sample.verdict.orders == 1)
    }

    @Test func aLetterAboutNoOrderIsNone() {
        let sample = Sample(
            status: nil, decision: nil, shipment: nil, mails: [],
            letters: [(.order, "order.cancel"), (.shipping, "inventory.updated")])
        #expect(sample.verdict == BooksVerdict(Sample(status: nil, decision: nil, shipment: nil, mails: []).books))
        #expect(sample.verdict.orders == 0)
    }

    @Test func whatOthersKnowAndTheOrderServiceDoesNotIsLost() {
        let sample = Sample(status: nil)
        #expect(sample.kinds == [.lost])
        #expect(sample.problems[0].contains("its stock (taken), its shipment (shipped), e-mails (order.created"))
        let report = AuditReport(sample.verdict, standing: sample.verdict.problems)
        #expect(report.lost == 1)
        #expect(report.inFlight == 0)
        #expect(report.orders == 1)
        // At a second look it was there: it had come between two services' books.
        #expect(AuditReport(sample.verdict, standing: []).inFlight == 1)
    }

    @Test func aConfirmedOrderThatNobodyKnowsIsLost() {
        let sample = Sample(status: nil, decision: nil, shipment: nil, mails: [], isExpected: true)
        #expect(sample.problems == ["confirmed to the customer, and known nowhere"])
        #expect(AuditReport(sample.verdict, standing: sample.verdict.problems).lost == 1)
        // It may be in the queue that the order service has not got to.
        let waiting = sample.with { $0.busy = [.order] }
        #expect(waiting.problems == [])
        #expect(AuditReport(waiting.verdict, standing: []).inFlight == 1)
        #expect(Sample.shipped.with { $0.isExpected = true }.problems == [])
    }

    @Test func idsAreComparedInLowerCase() {
        var books = Sample(decision: nil, shipment: nil, mails: []).books
        _ = books.enter(.shipment(.init(orderID: Sample.id.uppercased(), state: .shipped)))
        #expect(books.orders.count == 1)
    }

    @Test func aStatusOfAnotherShopIsRefused() {
        var books = Books()
        let order = AuditRecord.Order(orderID: Sample.id, status: "lost", created: true, addressed: true)
        let isKnown = books.enter(.order(order))
        #expect(!isKnown)
    }

    @Test func anOutboxRowAboutAProductIsNoOrder() {
        var books = Books()
        _ = books.enter(
            .outbox(.init(key: "MUG", event: "inventory.low", eventID: "e", attempts: 0, parked: true)))
        #expect(books.orders.isEmpty)
    }
}
