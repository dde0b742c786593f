import Foundation

/// What was heard of one order, on the way of its events, whatever any database says.
struct OrderStory {
    /// Where an order can end.
    enum End: String, CaseIterable {
        case shipped = "shipping.started"
        case rejected = "order.rejected"
        case cancelled = "order.cancelled"
    }

    /// What may happen to an order, once each, by routing key.
    static let effects = [
        "order.created", "inventory.updated", "inventory.rejected", "order.rejected", "shipping.started",
        "order.cancel_requested", "shipping.cancelled", "shipping.cancel_refused", "inventory.released",
        "order.cancelled",
    ]
    /// What customers say; everything else is the shop's.
    static let commands: Set = ["order.place", "order.cancel"]
    /// The customer gets a mail of each of these.
    static let mailed: Set = ["order.created", "order.rejected", "shipping.started", "order.cancelled"]

    private(set) var events: [(kind: String, id: String)] = []

    /// False when this very event was heard before: a second copy is the broker's right, a second event is not ours.
    mutating func hear(_ kind: String, _ id: String) -> Bool {
        guard !events.contains(where: { $0.id == id && $0.kind == kind }) else { return false }
        events.append((kind, id))
        return true
    }

    var kinds: Set<String> { Set(events.map(\.kind)) }

    /// The shop has seen it.
    var isAnswered: Bool { !kinds.isSubset(of: Self.commands) }

    /// All ends that were announced: one, for an order that is well.
    var ends: [End] { End.allCases.filter { kinds.contains($0.rawValue) } }

    /// What happened more than once, or beside something that excludes it.
    var doubled: [String] {
        var counts: [String: Int] = [:]
        for event in events { counts[event.kind, default: 0] += 1 }
        var found = Self.effects.filter { counts[$0, default: 0] > 1 }.map { "\($0) \(counts[$0, default: 0]) times" }
        if ends.count > 1 { found.append("ended as " + ends.map(\.rawValue).joined(separator: " and ")) }
        if kinds.isSuperset(of: ["inventory.updated", "inventory.rejected"]) { found.append("taken and refused") }
        return found
    }

    /// The mails its customer must have.
    var mailsDue: Set<String> { kinds.intersection(Self.mailed) }
}
