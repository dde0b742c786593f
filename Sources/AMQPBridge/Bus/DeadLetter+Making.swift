// From a failed delivery to the message in the dead-letter queue. Pure.
extension DeadLetter {
    /// Longest error text kept, in bytes.
    private static let maxErrorBytes = 2048
    /// Around the property list in its frame, in bytes, and a little to spare.
    private static let reservedBytes = 64
    /// As long as an exchange's or a user's name can be (AMQP's short strings).
    private static let maxNameBytes = 255
    private static let maxAttempts: Int64 = 1_000_000

    /// The letter: the same body and properties, the reason in headers.
    static func publishing(
        for delivery: Delivery, failure: any Error, topology: ServiceTopology, frameMax: Int,
        now: RFC3339Time = .now
    ) -> Publishing {
        var properties = delivery.properties
        let original = properties.headers.filter { !BridgeHeader.isStripped($0.key) }
        let earlier = earlierReason(of: delivery, topology)
        let time = now.description
        var reason: AMQPTable = [
            BridgeHeader.service: .string(topology.service),
            BridgeHeader.exchange: earlier[BridgeHeader.exchange] ?? .string(delivery.exchange.rawValue),
            BridgeHeader.routingKey: earlier[BridgeHeader.routingKey] ?? .string(delivery.routingKey.rawValue),
            BridgeHeader.attempt: .int(Int64(attempts(of: delivery) + 1)),
            BridgeHeader.errorType: .string(errorType(failure).prefix(utf8Bytes: maxNameBytes)),
            BridgeHeader.error: .string(errorText(failure).prefix(utf8Bytes: maxErrorBytes)),
            BridgeHeader.firstFailed: earlier[BridgeHeader.firstFailed] ?? .string(time),
            BridgeHeader.lastFailed: .string(time),
        ]
        reason[BridgeHeader.userID] = earlier[BridgeHeader.userID] ?? properties.userID.map { .string($0) }
        properties.userID = nil
        properties.expiration = nil
        properties.isPersistent = true
        properties.headers = original.filter { !$0.key.hasPrefix(BridgeHeader.prefix) }.merging(reason) { $1 }
        if MessageLimits.encodedSize(properties) > frameMax - reservedBytes {
            reason[BridgeHeader.headersDropped] = true
            properties.headers = reason
        }
        return Publishing(
            exchange: topology.returnExchange, routingKey: "dead", properties: properties, body: delivery.body)
    }

    /// Handler calls before this delivery, by the bridge's own count. Anybody can write that header: it is bounded, so
    /// that counting on never overflows.
    static func attempts(of delivery: Delivery) -> Int {
        Int(min(max(0, delivery.properties.headers[BridgeHeader.attempt]?.int ?? 0), maxAttempts))
    }

    /// What the bridge noted when the event failed before. Trusted only on the service's own return path, and only as
    /// far as it is short enough to be the bridge's.
    private static func earlierReason(of delivery: Delivery, _ topology: ServiceTopology) -> AMQPTable {
        guard delivery.exchange == topology.returnExchange else { return [:] }
        return delivery.properties.headers.filter { _, value in
            value.string.map { $0.utf8.count <= maxNameBytes } ?? false
        }
    }

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
    func prefix(utf8Bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
