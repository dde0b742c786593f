import AMQPBridge
import Foundation
import ShopEvents

/// A message that no service can read, and what its letter has to say.
struct CorruptBody {
    var kind: String
    var bytes: [UInt8]
    var contentType = "application/cloudevents+json"
    /// A part of the reason.
    var reason: String

    /// One of each kind, as bad as possible: the rest of it would do for an event of this key.
    static func all(for key: RoutingKey) -> [CorruptBody] {
        let type = Self.types[key, default: "shop.order.created.v1"]
        func corrupt(_ kind: String, _ reason: String, data: String? = goodData, _ changes: [String: String?] = [:])
            -> CorruptBody
        {
            CorruptBody(kind: kind, bytes: envelope(type, data: data, changes), reason: reason)
        }
        let bodies = [
            CorruptBody(kind: "empty", bytes: [], reason: "the body is empty"),
            CorruptBody(
                kind: "not UTF-8",
                bytes: Array(#"{"specversion":"1.0","id":""#.utf8) + [0xFF, 0xFE, 0xC0] + Array(#""}"#.utf8),
                reason: "undecodable"),
            CorruptBody(
                kind: "XML", bytes: Array("<order><id>1</id></order>".utf8), contentType: "text/xml",
                reason: "not valid JSON"),
            CorruptBody(kind: "cut off", bytes: envelope(type, data: goodData).dropLast(40), reason: "not valid JSON"),
            corrupt("10,000 deep", "nested deeper", data: nested(10_000)),
            corrupt("no id", "the attribute 'id' is missing", ["id": nil]),
            corrupt("an endless id", "the attribute 'id' is longer", ["id": String(repeating: "x", count: 300)]),
            corrupt("a version from the future", "unknown_event_type", ["type": type.dropLast(1) + "9"]),
            corrupt("another CloudEvents", "CloudEvents 2.0", ["specversion": "2.0"]),
            corrupt("no data", "'data' is missing", data: nil),
            corrupt("data of another type", "undecodable", data: "[1, 2, 3]"),
            corrupt("a number for an id", "undecodable", data: #"{"order_id": 5}"#),
            corrupt("a number beyond all numbers", "undecodable", data: #"{"order_id": 1e999}"#),
        ]
        guard goodLines.contains(key) else { return bodies }
        let quantity = goodData.replacingOccurrences(of: #""quantity":1"#, with: #""quantity":99999999999999999999"#)
        return bodies + [corrupt("a quantity out of range", "a number that does not fit", data: quantity)]
    }

    private static let types: [RoutingKey: String] = {
        let types: [any Event.Type] = [
            PlaceOrder.self, CancelOrder.self, OrderCreated.self, OrderRejected.self, InventoryUpdated.self,
            InventoryRejected.self, ShippingStarted.self, ShippingCancelled.self, ShippingCancelRefused.self,
            OrderCancelRequested.self, OrderCancelled.self,
        ]
        return Dictionary(uniqueKeysWithValues: types.map { ($0.routingKey, $0.type.rawValue) })
    }()

    /// Whose data holds the order's lines.
    private static let goodLines: Set = [
        PlaceOrder.routingKey, OrderCreated.routingKey, InventoryUpdated.routingKey, ShippingStarted.routingKey,
    ]

    /// Every field of every event.
    private static let goodData = """
        {"order_id":"corrupt","customer":{"name":"N","email":"n@example.org"},"ship_to":"S",\
        "currency":"EUR","lines":[{"sku":"ANVIL","quantity":1}],"reasons":[],"shortages":[],"carrier":"C",\
        "tracking_number":"T","reason":""}
        """

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    /// - Parameter changes: attributes with another value, or none.
    private static func envelope(_ type: String, data: String?, _ changes: [String: String?] = [:]) -> [UInt8] {
        var attributes: [String: String?] = [
            "specversion": "1.0", "id": UUIDv7().description, "source": "/faults", "type": type, "subject": "corrupt",
        ]
        attributes.merge(changes) { $1 }
        var members = attributes.compactMap { name, value in value.map { #""\#(name)":"\#($0)""# } }
        if let data { members.append(#""data":\#(data)"#) }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }
}
