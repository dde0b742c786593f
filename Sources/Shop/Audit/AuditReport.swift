/// The outcome of an audit.
struct AuditReport: Encodable, Equatable {
    var orders: Int
    var shipped: Int
    var rejected: Int
    var cancelled: Int
    var inFlight: Int
    var parked: Int
    var lost: Int
    var doubled: Int
    var emails: Int
    var balanced: Bool
    var problems: [BooksProblem]

    enum CodingKeys: String, CodingKey {
        case orders, shipped, rejected, cancelled, parked, lost, doubled, emails, balanced, problems
        case inFlight = "in_flight"
    }

    /// - Parameters:
    ///   - verdict: the last reading's.
    ///   - standing: those of its problems that are certain.
    init(_ verdict: BooksVerdict, standing: [BooksProblem]) {
        func count(_ kind: BooksProblem.Kind) -> Int { Set(standing.filter { $0.kind == kind }.map(\.orderID)).count }
        orders = verdict.orders
        shipped = verdict.shipped
        rejected = verdict.rejected
        cancelled = verdict.cancelled
        parked = verdict.parked
        lost = count(.lost)
        // Whom the order service does not know, and who is not lost, it is about to know.
        inFlight = verdict.inFlight + verdict.unknown - lost
        doubled = count(.doubled)
        emails = verdict.emails
        balanced = standing.isEmpty
        problems = standing
    }

    func lines(_ style: Style) -> [String] {
        var table = Table(
            .init("ORDERS", .right), .init("SHIPPED", .right), .init("REJECTED", .right), .init("CANCELLED", .right),
            .init("IN FLIGHT", .right), .init("PARKED", .right), .init("LOST", .right), .init("DOUBLED", .right),
            .init("E-MAILS", .right))
        table.add(
            "\(orders)", "\(shipped)", "\(rejected)", "\(cancelled)", "\(inFlight)", "\(parked)", "\(lost)",
            "\(doubled)", "\(emails)")
        let end = balanced ? style.good("The books balance.") : style.bad("The books do not balance:")
        return table.lines(style) + ["", end] + problems.map { "  " + $0.text }
    }

    /// What ends the command when they do not balance.
    var failure: Failure? {
        guard !balanced else { return nil }
        return .failed("the books do not balance: \(problems.count) problem\(problems.count == 1 ? "" : "s")")
    }
}
