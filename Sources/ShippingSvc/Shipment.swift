import ShopEvents

/// A parcel on its way. Pure: the same order always gets the same carrier and number.
struct Shipment: Equatable, Sendable {
    var orderID: String
    var carrier: String
    var trackingNumber: String

    private static let carriers = ["Northwind Parcel", "Harbour Express", "Two Rivers Post"]

    init(orderID: String) {
        self.orderID = orderID
        let digits = orderID.utf8.filter { $0 != UInt8(ascii: "-") }
        let sum = digits.reduce(0) { ($0 &* 31 &+ UInt64($1)) % 1_000_000_007 }
        carrier = Self.carriers[Int(sum % UInt64(Self.carriers.count))]
        // The end of a UUID is its random part, in all versions.
        trackingNumber = "TN" + String(decoding: digits.suffix(16), as: UTF8.self).uppercased()
    }
}
