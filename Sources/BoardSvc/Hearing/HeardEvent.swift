import AMQPBridge
import ShopEvents

/// Any event at all, of which the board reads no more than it shows: what was ordered, where somebody says so.
struct HeardEvent: Event {
    /// Stands for every type, as ``AMQPBridge/AnyEvent`` does.
    static let type = AnyEvent.type
    static let routingKey = AnyEvent.routingKey

    var lines: [OrderLine]?
    var currency: String?

    var subject: String { "" }

    init(lines: [OrderLine]? = nil, currency: String? = nil) {
        self.lines = lines
        self.currency = currency
    }

    private enum CodingKeys: String, CodingKey { case lines, currency }

    /// Never fails: an event that means something else by these names is an event all the same.
    init(from decoder: any Decoder) {
        let fields = try? decoder.container(keyedBy: CodingKeys.self)
        lines = try? fields?.decodeIfPresent([OrderLine].self, forKey: .lines)
        currency = try? fields?.decodeIfPresent(String.self, forKey: .currency)
    }

    /// - Throws: `invalidConfiguration`: it stands for others' events.
    func encode(to encoder: any Encoder) throws { try AnyEvent().encode(to: encoder) }

    /// The sum of all lines in minor units of the currency; nil when nobody says, or when it does not fit.
    var total: Int? {
        guard let lines else { return nil }
        var total = 0
        for line in lines {
            let (price, isTooHigh) = line.unitPrice.multipliedReportingOverflow(by: line.quantity)
            let (sum, isTooMuch) = total.addingReportingOverflow(price)
            if isTooHigh || isTooMuch { return nil }
            total = sum
        }
        return total
    }

    /// All lines together; nil when nobody says, or when it does not fit.
    var pieces: Int? {
        guard let lines else { return nil }
        var pieces = 0
        for line in lines {
            let (sum, isTooMuch) = pieces.addingReportingOverflow(line.quantity)
            if isTooMuch { return nil }
            pieces = sum
        }
        return pieces
    }
}
