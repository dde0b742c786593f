import ShopEvents

/// Tells of orders as their confirms come in, and of all of them at the end.
struct PlacingReport {
    private let count: Int
    private let isJSON: Bool
    private let start = ContinuousClock.now
    private var bar: ProgressBar
    private var known = 0
    private var confirmed = 0
    private var lastConfirmed = ""
    /// By reason, in the order in which they first came up.
    private var failures: [(reason: String, orderIDs: [String])] = []

    init(count: Int, isJSON: Bool) {
        self.count = count
        self.isJSON = isJSON
        bar = ProgressBar(total: count)
    }

    mutating func add(_ placed: OrderPlacing.Placed) throws {
        let failure = CommandFailure(placed.outcome, of: PlaceOrder.routingKey)
        known += 1
        if let failure {
            note(failure.reason, placed.orderID)
        } else {
            confirmed += 1
            lastConfirmed = placed.orderID
        }
        if isJSON { try Output.json(CommandRow(placed.orderID, failure)) }
        bar.show(done: known)
    }

    private mutating func note(_ reason: String, _ orderID: String) {
        if let index = failures.firstIndex(where: { $0.reason == reason }) {
            failures[index].orderIDs.append(orderID)
        } else {
            failures.append((reason, [orderID]))
        }
    }

    /// - Throws: the failure, with every id, unless all orders were confirmed.
    func finish() throws {
        bar.clear()
        if !isJSON && confirmed > 0 { Output.line(summary) }
        guard confirmed < count else { return }
        throw Failure.failed(Self.complaint(failures, unsent: count - known, count: count))
    }

    private var summary: String {
        guard count > 1 else { return "order \(lastConfirmed) placed" }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let hundredths = Int(seconds * 100)
        let time = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) s"
        return """
            \(confirmed) of \(count) orders placed in \(time), the last one \(lastConfirmed)
            what became of them: shop order list (ids as they are placed: --json)
            """
    }

    static func complaint(_ failures: [(reason: String, orderIDs: [String])], unsent: Int, count: Int) -> String {
        var sentences = failures.map { reason, orderIDs in
            orderIDs.count == 1
                ? "order \(orderIDs[0]) was not confirmed: \(reason)"
                : "\(orderIDs.count) orders were not confirmed: \(reason)\n  " + orderIDs.joined(separator: "\n  ")
        }
        if unsent > 0 { sentences.append("\(unsent) of \(count) orders were not sent") }
        return sentences.joined(separator: "\nshop: ")
    }
}
