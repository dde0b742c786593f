import ShopEvents

@testable import Shop

/// Books of one order, or of a few.
struct BooksSample {
    static let id = "0190abcd-ef01-7000-8000-00000000000a"

    var status: String? = "shipped"
    var created = true
    var addressed = true
    var decision: AuditRecord.Decision.Outcome? = .taken
    var shipment: AuditRecord.Shipment.State? = .shipped
    var mails = ["order.created", "shipping.started"]
    /// Further facts, as the services tell them.
    var more: [AuditRecord] = []
    var letters: [(ShopService, event: String)] = []
    var busy: [ShopService] = []
    var isExpected = false

    static let shipped = BooksSample()
    static let rejected = BooksSample(
        status: "rejected", decision: .refused, shipment: nil, mails: ["order.created", "order.rejected"])
    static let invalid = BooksSample(
        status: "rejected", created: false, decision: nil, shipment: nil, mails: ["order.rejected"])
    static let cancelled = BooksSample(
        status: "cancelled", decision: .released, shipment: .cancelled, mails: ["order.created", "order.cancelled"])
    static let tombstone = BooksSample(
        status: "cancelled", created: false, addressed: false, decision: nil, shipment: nil, mails: [])
    static let placed = BooksSample(status: "placed", decision: nil, shipment: nil, mails: [], busy: [.order, .notify])

    func with(_ change: (inout BooksSample) -> Void) -> BooksSample {
        var copy = self
        change(&copy)
        return copy
    }

    /// In the sequence in which an audit reads.
    var records: [AuditRecord] {
        var records: [AuditRecord] = []
        if let status {
            records.append(
                .order(.init(orderID: Self.id, status: status, created: created, addressed: addressed)))
        }
        if let shipment { records.append(.shipment(.init(orderID: Self.id, state: shipment))) }
        if let decision {
            let pieces = decision == .taken || decision == .released ? ["MUG": 2] : [:]
            records.append(.decision(.init(orderID: Self.id, outcome: decision, pieces: pieces)))
        }
        let taken = decision == .taken ? 2 : 0
        records.append(.stock(.init(sku: "MUG", onHand: 10 - taken, taken: taken, adjusted: 10)))
        records += mails.map { .mail(.init(orderID: Self.id, event: $0, state: .sent)) }
        return records + more
    }

    var books: Books {
        var books = Books()
        for record in records { _ = books.enter(record) }
        if isExpected { books.expect(Self.id) }
        for letter in letters { books.enterLetter(of: letter.0, event: letter.event, orderID: Self.id) }
        for service in busy { books.setBusy(service) }
        return books
    }

    var verdict: BooksVerdict { BooksVerdict(books) }
    var problems: [String] { verdict.problems.map(\.problem) }
    var kinds: [BooksProblem.Kind] { verdict.problems.map(\.kind) }
}
