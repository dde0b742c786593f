/// An amount of money in minor units of its currency.
struct Money: Hashable, Sendable, CustomStringConvertible {
    let minorUnits: Int
    /// ISO 4217.
    let currency: String

    /// For example `39.98 EUR`, `1200 JPY`.
    var description: String {
        let digits = Self.minorDigits(of: currency)
        var text = String(minorUnits.magnitude)
        if digits > 0 {
            text = String(repeating: "0", count: max(0, digits + 1 - text.utf8.count)) + text
            text = "\(text.dropLast(digits)).\(text.suffix(digits))"
        }
        return "\(minorUnits < 0 ? "-" : "")\(text) \(BodyText.line(currency))"
    }

    /// How many decimal places a currency has: two, but for those that ISO 4217 lists otherwise.
    private static func minorDigits(of currency: String) -> Int {
        switch currency {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF", "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        case "CLF", "UYW": 4
        default: 2
        }
    }
}
