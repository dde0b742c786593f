import FoundationEssentials

/// An event that a service could not handle, as it lies in the service's dead-letter queue.
public struct DeadLetter: Sendable {
    public var service: String
    /// The message's own, or the one in its body; nil when there is neither.
    public var eventID: String?
    public var type: String?
    /// The key it was published with first.
    public var routingKey: String
    /// Handler calls, the failed ones included; 0 when it never got as far.
    public var attempts: Int
    public var error: String
    public var firstFailed: String?
    public var lastFailed: String?
    public var properties: MessageProperties
    public var body: [UInt8]

    /// Reads a letter. One that the broker parked by itself has no reason headers; its story is in `x-death`.
    public init(_ delivery: Delivery, service: String) {
        let headers = delivery.properties.headers
        let death = headers["x-death"]?.firstTable
        self.service = service
        let named = Named(in: delivery)
        eventID = delivery.properties.messageID ?? named?.id
        type = delivery.properties.type ?? named?.type
        properties = delivery.properties
        body = delivery.body
        routingKey =
            headers[BridgeHeader.routingKey]?.string ?? death?["routing-keys"]?.firstString
            ?? delivery.routingKey.rawValue
        attempts = ReturnCopy.attempts(of: delivery)
        let deathTime = death?["time"].flatMap(Self.time)
        firstFailed = headers[BridgeHeader.firstFailed]?.string ?? deathTime
        lastFailed = headers[BridgeHeader.lastFailed]?.string ?? deathTime
        switch (headers[BridgeHeader.errorType]?.string, headers[BridgeHeader.error]?.string) {
        case (let kind?, let text?): error = "\(kind): \(text)"
        case (nil, let text?): error = text
        default: error = Self.brokersReason(death?["reason"]?.string, bodySize: delivery.bodySize)
        }
    }

    /// What a CloudEvent's body says about itself, for senders that leave the message's properties out.
    private struct Named: Decodable {
        var id: String?
        var type: String?

        init?(in delivery: Delivery) {
            let properties = delivery.properties
            guard properties.messageID == nil || properties.type == nil,
                (try? JSONLimits.check(delivery.body)) != nil,
                let named = try? JSONDecoder().decode(Named.self, from: Data(delivery.body))
            else { return nil }
            self = named
        }
    }

    /// The broker's own word for it, and what can be known beyond that: a service rejects without a reason of its own
    /// only what was too large to be read, and so too large to be copied.
    private static func brokersReason(_ word: String?, bodySize: UInt64) -> String {
        let limit = AMQPConfiguration.Options().maxBodySize
        guard word == "rejected", bodySize > UInt64(limit) else { return word ?? "unknown" }
        return "rejected: the body has \(bodySize) bytes; services read at most \(limit)"
    }

    private static func time(_ value: AMQPValue) -> String? {
        guard case .timestamp(let seconds) = value else { return nil }
        // Anybody can write it: what lies beyond all calendars becomes their end.
        return RFC3339Time(milliseconds: Int64(min(seconds, UInt64(UInt32.max) << 8)) * 1000).description
    }
}

extension AMQPValue {
    fileprivate var firstTable: AMQPTable? {
        if case .array(let values) = self, case .table(let table)? = values.first { table } else { nil }
    }

    fileprivate var firstString: String? {
        if case .array(let values) = self { values.first?.string } else { nil }
    }
}
