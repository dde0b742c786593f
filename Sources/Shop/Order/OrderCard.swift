import AMQPBridge

/// One order for people: what is known about it, then its way.
struct OrderCard {
    var order: OrderRecord
    var style = Style(isOn: false)

    var lines: [String] {
        var lines = ["order \(order.orderID)  \(paintedStatus)"]
        func add(_ label: String, _ text: String?) {
            guard let text, !text.isEmpty else { return }
            lines.append("  " + label + String(repeating: " ", count: 10 - label.count) + Visible.text(text))
        }
        // Of an order that was cancelled before it came nobody knows whose it is.
        let mailbox = order.email.isEmpty ? "not known yet" : "<\(order.email)>"
        add("customer", [order.name ?? "", mailbox].filter { !$0.isEmpty }.joined(separator: " "))
        add("ship to", order.shipTo)
        add("lines", order.lines.text)
        for reason in order.reasons ?? [] { add("reason", reason) }
        add("shipment", [order.carrier, order.trackingNumber].compactMap(\.self).joined(separator: " "))
        add("placed", order.placedAt)
        add("updated", order.updatedAt)
        return lines + timeline
    }

    private var paintedStatus: String {
        let status = Visible.text(order.status)
        let tone = Tone(of: status)
        return tone == .plain ? style.bold(status) : style.paint(status, as: tone)
    }

    private var timeline: [String] {
        guard let history = order.history, let first = history.first else { return [] }
        var table = Table(
            .init("AFTER", .right), .init("STATUS", hasTone: true), .init("EVENT"), .init("FROM"), .init("EVENT ID"))
        for step in history {
            table.add(
                Self.delay(from: first.time, to: step.time), step.status, step.event ?? "", step.source ?? "",
                step.eventID ?? "")
        }
        return [""] + table.lines(style).map { "  " + $0 }
    }

    /// In milliseconds; the time itself when it cannot be read.
    static func delay(from start: String, to end: String) -> String {
        guard let first = RFC3339Time(start), let last = RFC3339Time(end) else { return end }
        return "\(last.milliseconds - first.milliseconds) ms"
    }
}
