import FoundationEssentials

/// An event that a service could not handle, as it lies in the service's dead-letter queue.
public struct DeadLetter: Sendable {
    /// In whose dead-letter queue it lies, and to whom a replay goes.
    public var service: String
    /// The message's own, or the one in its body; nil when there is neither.
    public var eventID: String?
    /// The event's type with its version, from the message or its body; nil when neither has one.
    public var type: String?
    /// The exchange it was published to first; nil when nothing tells.
    public var exchange: String?
    /// The key it was published with first.
    public var routingKey: String
    /// Handler calls since it was published or replayed, the failed ones included; a body that could not be read counts
    /// as one. 0 when the broker parked it before any of them failed.
    public var attempts: Int
    /// How many times it was replayed.
    public var replays: Int
    /// The last failure's kind and text. Of what the broker parked its own word: `delivery_limit`, `rejected`,
    /// `expired`; `unknown` when nothing tells.
    public var error: String
    /// When it failed first, as text (RFC 3339, UTC); nil when nothing tells.
    public var firstFailed: String?
    /// When it failed last, as text (RFC 3339, UTC); to the second when the broker parked it. Nil when nothing tells.
    public var lastFailed: String?
    /// The user who sent it first, as the broker checked it then; nil when nothing tells.
    public var userID: String?
    /// As they lie in the queue, with the bridge's and the broker's headers.
    public var properties: MessageProperties
    /// Empty when it is larger than the connection's `maxBodySize`.
    public var body: [UInt8]
    /// Bytes that the sender announced.
    public var bodySize: UInt64

    /// True when the body was not kept because of its size.
    public var isBodyDropped: Bool { bodySize != UInt64(body.count) }

    /// Reads a letter. One that the broker parked by itself has no reason headers; its story is in `x-death`.
    ///
    /// What looks like the bridge's own headers is believed only when the event came by the service's return path;
    /// anybody may write them on the way before.
    public init(_ delivery: Delivery, service: String) {
        let death = delivery.properties.headers["x-death"]?.firstTable
        let returnExchange = "\(service).rt"
        let diedComingFrom = death?["exchange"]?.string ?? returnExchange
        let isTrusted = delivery.exchange.rawValue == returnExchange && diedComingFrom == returnExchange
        let headers = isTrusted ? delivery.properties.headers : [:]
        self.service = service
        let named = Named(in: delivery)
        eventID = delivery.properties.messageID ?? named?.id
        type = delivery.properties.type ?? named?.type
        properties = delivery.properties
        // A copy's own user_id is of whoever made the copy.
        userID = isTrusted ? headers[BridgeHeader.userID]?.string : delivery.properties.userID
        body = delivery.body
        bodySize = delivery.bodySize
        exchange = headers[BridgeHeader.exchange]?.string ?? death?["exchange"]?.string
        routingKey =
            headers[BridgeHeader.routingKey]?.string ?? death?["routing-keys"]?.firstString
            ?? delivery.routingKey.rawValue
        attempts = isTrusted ? ReturnCopy.attempts(of: delivery) : 0
        replays = Int(min(max(0, headers[BridgeHeader.replays]?.int ?? 0), Self.maxReplays))
        let deathTime = death?["time"].flatMap(Self.time)
        firstFailed = headers[BridgeHeader.firstFailed]?.string ?? deathTime
        // Of two stories the broker's is the later one: the bridge strips the broker's from every copy it makes.
        lastFailed = deathTime ?? headers[BridgeHeader.lastFailed]?.string
        let reason = death?["reason"]?.string
        switch (headers[BridgeHeader.errorType]?.string, headers[BridgeHeader.error]?.string) {
        case (let kind?, let text?) where reason == nil: error = "\(kind): \(text)"
        case (nil, let text?) where reason == nil: error = text
        default: error = Self.brokersReason(reason, bodySize: delivery.bodySize)
        }
    }

    private static let maxReplays: Int64 = 1_000_000

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
        return time(seconds: seconds).description
    }

    /// Anybody can write it: what lies beyond all calendars becomes their end.
    static func time(seconds: UInt64) -> RFC3339Time {
        RFC3339Time(milliseconds: Int64(min(seconds, UInt64(UInt32.max) << 8)) * 1000)
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
