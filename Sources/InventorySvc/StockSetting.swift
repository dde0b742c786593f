import Hummingbird
import ServiceHost

/// What a product's stock is set to: `{"on_hand": 5, "reason": "counted", "low_below": 2}`.
struct StockSetting: Decodable {
    static let defaultReason = "set by hand"
    private static let maxReasonBytes = 200
    private static let amounts = 0...1_000_000_000

    var onHand: Int
    var reason: String?
    /// Nil leaves the threshold as it is.
    var lowBelow: Int?

    enum CodingKeys: String, CodingKey {
        case reason
        case onHand = "on_hand"
        case lowBelow = "low_below"
    }

    /// - Throws: an error that is answered with 400 and says what is allowed.
    func check() throws(Problem) {
        for (name, amount) in [("on_hand", onHand), ("low_below", lowBelow ?? 0)] where !Self.amounts.contains(amount) {
            throw Problem(.badRequest, "\(name) must be a number from 0 to \(Self.amounts.upperBound)")
        }
        guard let reason, reason.isEmpty || !Self.isPlainText(reason, maxBytes: Self.maxReasonBytes) else { return }
        throw Problem(
            .badRequest, "reason must be a text of 1 to \(Self.maxReasonBytes) bytes in one line")
    }

    static func isPlainText(_ text: String, maxBytes: Int) -> Bool {
        text.utf8.count <= maxBytes && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
