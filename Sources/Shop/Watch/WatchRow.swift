import AMQPBridge

/// An event that passed, as `shop watch` tells it.
struct WatchRow: Encodable, Equatable {
    /// When it happened, by its emitter's clock; of what cannot be read, when it was seen.
    var time: String
    /// Who emitted it; empty when nobody says.
    var service: String
    /// Its routing key.
    var event: String
    /// What it is about: an order's id, for all events of this shop.
    var orderID: String?
    var eventID: String?
    var causationID: String?
    /// Why the rest is not known; only there for what is no event.
    var undecodable: String?

    enum CodingKeys: String, CodingKey {
        case time, service, event, undecodable
        case orderID = "order_id"
        case eventID = "event_id"
        case causationID = "causation_id"
    }

    init(_ event: TailedEvent, now: RFC3339Time = .now) {
        let metadata = event.metadata
        time = (metadata?.time ?? now).description
        service = Self.lastWord(of: metadata?.source ?? event.properties.appID ?? "")
        self.event = event.routingKey.rawValue
        orderID = metadata.flatMap { $0.subject.isEmpty ? nil : $0.subject }
        eventID = metadata?.id ?? event.properties.messageID
        causationID = metadata?.causationID
        undecodable = event.undecodable
    }

    /// `/shop/order` → `order`.
    private static func lastWord(of source: String) -> String {
        source.split(separator: "/").last.map(String.init) ?? source
    }

    // Columns of fixed width: the rows that follow are not known yet.
    private static let widths = [24, 10, 24, 36]

    static func heading(_ style: Style) -> String {
        style.bold(line(["TIME", "SERVICE", "EVENT", "ORDER", "EVENT ID"]))
    }

    func text(_ style: Style) -> String {
        let text = Self.line([time, service, event, orderID ?? "-", eventID ?? "-"])
        guard let undecodable else { return text }
        return text + "  " + style.bad(Visible.text("not readable: \(undecodable)"))
    }

    private static func line(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let cell = Visible.text(cell)
            let isPadded = index < widths.count && index < cells.count - 1
            return isPadded ? cell + String(repeating: " ", count: max(0, widths[index] - CellWidth.of(cell))) : cell
        }.joined(separator: "  ")
    }
}
