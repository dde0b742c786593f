import Foundation

/// Everything that passed the exchange, in order's stories.
struct HeardEvents {
    private(set) var stories: [String: OrderStory] = [:]
    /// How many pieces were reduced and not put back, by product, as the events say.
    private(set) var taken: [String: Int] = [:]
    /// Orders that somebody asked for and that have not ended.
    private(set) var open: Set<String> = []
    /// Those of whom something came that was made at the watched times.
    private(set) var watchedSources: Set<String> = []
    private var watched: Range<Date>?
    /// Bodies that are no events.
    private(set) var junk = 0
    /// How many events of each source.
    private(set) var counts: [String: Int] = [:]

    mutating func hear(routingKey: String, body: [UInt8]) {
        guard let event = HeardEvent(body) else {
            junk += 1
            return
        }
        counts[event.source, default: 0] += 1
        if let time = event.time, watched?.contains(time) == true { watchedSources.insert(event.source) }
        // Only an order's own events have its id as their subject.
        guard let orderID = event.subject.flatMap(UUID.init(uuidString:))?.uuidString.lowercased() else { return }
        guard stories[orderID, default: OrderStory()].hear(routingKey, event.id) else { return }
        if stories[orderID]?.ends.isEmpty == false { open.remove(orderID) } else { open.insert(orderID) }
        switch routingKey {
        case "inventory.updated": move(event.lines, by: 1)
        case "inventory.released": move(event.lines, by: -1)
        default: break
        }
    }

    /// From now on notes whose events come that were made at these times.
    mutating func watch(_ times: Range<Date>) {
        watched = times
        watchedSources = []
    }

    var endedCount: Int { stories.count - open.count }

    private mutating func move(_ lines: [(sku: String, quantity: Int)], by sign: Int) {
        for line in lines { taken[line.sku, default: 0] += sign * line.quantity }
    }

    /// How many orders have not ended, of those that were confirmed or that the shop has seen.
    func open(confirmed: Set<String>) -> Int {
        open.count { confirmed.contains($0) || stories[$0]?.isAnswered == true }
    }

    /// Orders that have come as far as one event, and to none of the next ones.
    func waiting(after kind: String, for next: Set<String>) -> Set<String> {
        let waiting = stories.filter { _, story in
            story.ends.isEmpty && story.kinds.contains(kind) && story.kinds.isDisjoint(with: next)
        }
        return Set(waiting.keys)
    }

    /// Whose event that was, for a dead letter.
    func orderID(ofEvent id: String) -> String? {
        stories.first { $0.value.events.contains { $0.id == id } }?.key
    }
}

/// What the oracle reads in an event: by itself, not with the types of those it judges.
struct HeardEvent {
    var id: String
    var source: String
    var subject: String?
    var time: Date?
    var lines: [(sku: String, quantity: Int)] = []

    init?(_ body: [UInt8]) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let id = object["id"] as? String, let source = object["source"] as? String
        else { return nil }
        self.id = id
        self.source = source
        subject = object["subject"] as? String
        time = (object["time"] as? String).flatMap(Self.date)
        let data = object["data"] as? [String: Any]
        for line in data?["lines"] as? [[String: Any]] ?? [] {
            if let sku = line["sku"] as? String, let quantity = line["quantity"] as? Int {
                lines.append((sku, quantity))
            }
        }
    }

    private static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
    }
}
