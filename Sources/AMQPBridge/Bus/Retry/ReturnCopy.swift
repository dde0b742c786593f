/// Makes the copies that a service sends to itself over its own return path: to a rung of the ladder, to its dead
/// letters, or back into its queue. Pure.
///
/// A copy has the same body and properties. What the bridge knows about the event stands in headers of its own, and what
/// the broker or a stranger wrote there before is taken out (see ``BridgeHeader/isStripped(_:)``).
struct ReturnCopy {
    /// Longest error text kept, in bytes.
    private static let maxErrorBytes = 2048
    /// Around the property list in its frame, in bytes, for the republisher's `user_id`, and a little to spare.
    private static let reservedBytes = 64 + 256
    /// As long as an exchange's or a user's name can be (AMQP's short strings).
    private static let maxNameBytes = 255
    private static let maxAttempts: Int64 = 1_000_000

    let topology: ServiceTopology
    let frameMax: Int
    var now = RFC3339Time.now

    /// The event failed and waits for its next call.
    func retry(_ delivery: Delivery, failure: any Error, on rung: RetryLadder.Rung) -> Publishing {
        copy(delivery, to: "retry.\(rung.name)", reason(delivery, failure))
    }

    /// The event waits because an earlier one of its key does. Not an attempt.
    func waiting(_ delivery: Delivery, on rung: RetryLadder.Rung) -> Publishing {
        copy(delivery, to: "retry.\(rung.name)", origin(delivery))
    }

    /// The event goes to the end of its own queue, as if it came for the first time. Not an attempt.
    func again(_ delivery: Delivery) -> Publishing { copy(delivery, to: "in", origin(delivery)) }

    /// The event has failed for good, or could not even be read, which counts as an attempt.
    func deadLetter(_ delivery: Delivery, failure: any Error) -> Publishing {
        copy(delivery, to: "dead", reason(delivery, failure))
    }

    private func copy(_ delivery: Delivery, to key: String, _ own: AMQPTable) -> Publishing {
        var properties = delivery.properties
        var own = own
        properties.userID = nil
        properties.expiration = nil
        properties.isPersistent = true
        properties.headers = properties.headers
            .filter { !BridgeHeader.isStripped($0.key) && !$0.key.hasPrefix(BridgeHeader.prefix) }
            .merging(own) { $1 }
        if MessageLimits.encodedSize(properties) > frameMax - Self.reservedBytes {
            own[BridgeHeader.headersDropped] = true
            properties.headers = own
        }
        return Publishing(
            exchange: topology.returnExchange, routingKey: RoutingKey(key), properties: properties,
            body: delivery.body)
    }

    /// Where it came from, and what is known of it so far.
    private func origin(_ delivery: Delivery) -> AMQPTable {
        let earlier = earlierNotes(delivery)
        var headers: AMQPTable = [
            BridgeHeader.service: .string(topology.service),
            BridgeHeader.exchange: earlier[BridgeHeader.exchange] ?? .string(delivery.exchange.rawValue),
            BridgeHeader.routingKey: earlier[BridgeHeader.routingKey] ?? .string(delivery.routingKey.rawValue),
        ]
        let attempts = Self.attempts(of: delivery, topology)
        if attempts > 0 { headers[BridgeHeader.attempt] = .int(Int64(attempts)) }
        headers[BridgeHeader.replays] = replays(delivery)
        // A copy's own user_id is of whoever made the copy.
        let isReturned = delivery.exchange == topology.returnExchange
        headers[BridgeHeader.userID] =
            isReturned ? earlier[BridgeHeader.userID] : delivery.properties.userID.map { .string($0) }
        for name in [BridgeHeader.errorType, BridgeHeader.error, BridgeHeader.firstFailed, BridgeHeader.lastFailed] {
            headers[name] = earlier[name]
        }
        return headers
    }

    private func reason(_ delivery: Delivery, _ failure: any Error) -> AMQPTable {
        let time = AMQPValue.string(now.description)
        var headers = origin(delivery)
        headers[BridgeHeader.attempt] = .int(Int64(Self.attempts(of: delivery, topology) + 1))
        headers[BridgeHeader.errorType] = .string(Self.errorType(failure).prefix(utf8Bytes: Self.maxNameBytes))
        headers[BridgeHeader.error] = .string(Self.errorText(failure).prefix(utf8Bytes: Self.maxErrorBytes))
        headers[BridgeHeader.firstFailed] = headers[BridgeHeader.firstFailed] ?? time
        headers[BridgeHeader.lastFailed] = time
        return headers
    }

    // MARK: What earlier copies say

    /// Handler calls before this delivery, by the bridge's own count. Believed only on the service's own return path:
    /// anybody can write that header. Bounded all the same, so that counting on never overflows.
    static func attempts(of delivery: Delivery, _ topology: ServiceTopology) -> Int {
        delivery.exchange == topology.returnExchange ? attempts(of: delivery) : 0
    }

    /// What the header says, for people.
    static func attempts(of delivery: Delivery) -> Int {
        Int(min(max(0, delivery.properties.headers[BridgeHeader.attempt]?.int ?? 0), maxAttempts))
    }

    private func replays(_ delivery: Delivery) -> AMQPValue? {
        guard delivery.exchange == topology.returnExchange else { return nil }
        return delivery.properties.headers[BridgeHeader.replays]?.int.map { .int(min(max(0, $0), Self.maxAttempts)) }
    }

    /// What the bridge noted before. Trusted only on the service's own return path, and only as far as it is short
    /// enough to be the bridge's.
    private func earlierNotes(_ delivery: Delivery) -> AMQPTable {
        guard delivery.exchange == topology.returnExchange else { return [:] }
        return delivery.properties.headers.filter { name, value in
            let limit = name == BridgeHeader.error ? Self.maxErrorBytes : Self.maxNameBytes
            return value.string.map { $0.utf8.count <= limit } ?? false
        }
    }

    // MARK: Errors as text

    private static func errorType(_ error: any Error) -> String {
        if let error = error as? AMQPError { return error.code.description }
        return String(describing: Swift.type(of: error))
    }

    private static func errorText(_ error: any Error) -> String {
        if let error = error as? AMQPError { return error.message }
        return String(describing: error)
    }
}

extension String {
    /// At most that many bytes, cut between characters.
    package func prefix(utf8Bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
