// From a failed delivery to the message in the dead-letter queue. Pure.
extension DeadLetter {
    /// Longest error text kept, in bytes.
    private static let maxErrorBytes = 2048
    /// What the bridge's own headers need at most, in bytes; the rest of a frame is the sender's.
    private static let reservedBytes = 8192

    /// The letter: the same body and properties, the reason in headers.
    static func publishing(
        for delivery: Delivery, failure: any Error, topology: ServiceTopology, frameMax: Int,
        now: RFC3339Time = .now
    ) -> Publishing {
        var properties = delivery.properties
        let original = properties.headers.filter { !BridgeHeader.isStripped($0.key) }
        let time = now.description
        var reason: AMQPTable = [
            BridgeHeader.service: .string(topology.service),
            BridgeHeader.exchange: original[BridgeHeader.exchange] ?? .string(delivery.exchange.rawValue),
            BridgeHeader.routingKey: original[BridgeHeader.routingKey] ?? .string(delivery.routingKey.rawValue),
            BridgeHeader.attempt: .int(Int64(attempts(of: delivery) + 1)),
            BridgeHeader.errorType: .string(errorType(failure)),
            BridgeHeader.error: .string(errorText(failure).prefix(utf8Bytes: maxErrorBytes)),
            BridgeHeader.firstFailed: original[BridgeHeader.firstFailed] ?? .string(time),
            BridgeHeader.lastFailed: .string(time),
        ]
        if let user = properties.userID { reason[BridgeHeader.userID] = .string(user) }
        properties.userID = nil
        properties.expiration = nil
        properties.isPersistent = true
        properties.headers = original.merging(reason) { $1 }
        if MessageLimits.encodedSize(properties) > frameMax - reservedBytes {
            reason[BridgeHeader.headersDropped] = true
            properties.headers = reason
        }
        return Publishing(
            exchange: topology.returnExchange, routingKey: "dead", properties: properties, body: delivery.body)
    }

    /// Handler calls before this delivery, by the bridge's own count.
    static func attempts(of delivery: Delivery) -> Int {
        Int(clamping: max(0, delivery.properties.headers[BridgeHeader.attempt]?.int ?? 0))
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
