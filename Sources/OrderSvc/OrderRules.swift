import AMQPBridge
import ShopEvents

/// What makes a valid order. Pure.
enum OrderRules {
    static let maxLines = 100
    static let quantities = 1...10_000
    static let maxUnitPrice = 1_000_000_000

    static let maxCancelReasonBytes = 1000

    /// Why nobody can even be told that the command is bad; it becomes a dead letter.
    enum Unanswerable: ClassifiedError, CustomStringConvertible {
        case orderID(String)
        case email
        case cancelReason

        var failureClass: FailureClass { .permanent }

        var description: String {
            switch self {
            case .orderID(let id): "order_id '\(id.prefix(64))' is not a UUID"
            case .email: "customer.email is not an e-mail address"
            case .cancelReason:
                "reason is longer than \(maxCancelReasonBytes) bytes or holds control characters; nothing was cancelled"
            }
        }
    }

    /// - Throws: `Unanswerable` when the id cannot be used, or the reason not be passed on.
    static func check(_ cancellation: CancelOrder) throws(Unanswerable) {
        guard isUUID(cancellation.orderID) else { throw .orderID(cancellation.orderID) }
        guard isPlainText(cancellation.reason, maxBytes: maxCancelReasonBytes, lineBreaks: true) else {
            throw .cancelReason
        }
    }

    /// - Throws: `Unanswerable` when the id or the e-mail address cannot be used.
    static func checkAnswerable(_ order: PlaceOrder) throws(Unanswerable) {
        guard isUUID(order.orderID) else { throw .orderID(order.orderID) }
        guard isEmailAddress(order.customer.email) else { throw .email }
    }

    /// Why the order cannot be accepted, in sentences for the customer; empty for a valid one.
    static func faults(of order: PlaceOrder) -> [String] {
        var faults: [String] = []
        if !isName(order.customer.name) { faults.append("The name cannot be used.") }
        if !isPlainText(order.shipTo, maxBytes: 1000, lineBreaks: true) { faults.append("The address cannot be used.") }
        if order.currency.utf8.count != 3 || !order.currency.utf8.allSatisfy({ (65...90).contains($0) }) {
            faults.append("The currency is not a code of three capital letters.")
        }
        if order.lines.isEmpty { faults.append("The order has no lines.") }
        if order.lines.count > maxLines { faults.append("The order has more than \(maxLines) lines.") }
        var seen: Set<String> = []
        for line in order.lines.prefix(maxLines) {
            guard !line.sku.isEmpty, isPlainText(line.sku, maxBytes: 64) else {
                faults.append("A line names no usable product.")
                continue
            }
            if !seen.insert(line.sku).inserted { faults.append("The product \(line.sku) stands in two lines.") }
            if !quantities.contains(line.quantity) {
                faults.append("The quantity of \(line.sku) is not from 1 to 10,000.")
            }
            if !(0...maxUnitPrice).contains(line.unitPrice) {
                faults.append("The price of \(line.sku) is not possible.")
            }
        }
        return faults
    }

    /// 8-4-4-4-12 hexadecimal digits, of any case and version.
    static func isUUID(_ text: String) -> Bool {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.joined().allSatisfy { (48...57).contains($0) || (65...70).contains($0 & 0xDF) }
    }

    /// Two dot-atoms around one @ (RFC 5322, 3.4.1, without quoting and literals): safe in a mail header. Whether the
    /// address exists only a mail server can say.
    static func isEmailAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].count <= 64 && text.utf8.count <= 254 && parts.allSatisfy(isDotAtom)
    }

    private static func isDotAtom(_ text: Substring.UTF8View) -> Bool {
        let symbols = "!#$%&'*+-/=?^_`{|}~".utf8
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) || symbols.contains($0) }
        }
    }

    static func isName(_ text: String) -> Bool { isPlainText(text, maxBytes: 200) }

    private static func isPlainText(_ text: String, maxBytes: Int, lineBreaks: Bool = false) -> Bool {
        text.utf8.count <= maxBytes
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control: lineBreaks && scalar == "\n"
                case .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
    }
}
