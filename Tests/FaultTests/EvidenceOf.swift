import Foundation

@testable import Faults

/// Made-up evidence, an order at a time.
struct EvidenceOf {
    static let shipped = ["order.place", "order.created", "inventory.updated", "shipping.started"]
    static let rejected = ["order.place", "order.created", "inventory.rejected", "order.rejected"]

    var evidence = Evidence()
    private var events = 0

    init() { evidence.taken = [:] }

    /// An order that was confirmed, and these events of it, each with its mail where one is due. Returns its id.
    @discardableResult
    mutating func order(_ kinds: [String], confirmed: Bool = true) -> String {
        let orderID = UUID().uuidString.lowercased()
        if confirmed { evidence.confirmed.insert(orderID) }
        for kind in kinds { hear(kind, of: orderID) }
        evidence.mails[orderID] = Array(OrderStory.mailed.intersection(kinds))
        if kinds.contains("inventory.updated") { evidence.taken?["ANVIL", default: 0] += 2 }
        return orderID
    }

    /// Returns the event's id.
    @discardableResult
    mutating func hear(_ kind: String, of orderID: String, id: String? = nil) -> String {
        events += 1
        let id = id ?? "event-\(events)"
        let text = """
            {"specversion":"1.0","id":"\(id)","source":"/shop/some","subject":"\(orderID)","type":"shop.\(kind).v1",\
            "time":"2026-01-02T03:04:05.678Z","data":{"lines":[{"sku":"ANVIL","quantity":2}]}}
            """
        evidence.heard.hear(routingKey: kind, body: Array(text.utf8))
        return id
    }

    var judgement: Judgement { Judgement(evidence) }
}
