// From a dead letter back to the event that its service gets once more. Pure.
extension DeadLetter {
    /// Around the property list in its frame, in bytes, for the republisher's `user_id`, and a little to spare.
    private static let reservedBytes = 64 + 256
    private static let maxShortBytes = 255

    /// Why it must stay a letter; nil when it can be replayed.
    ///
    /// - Parameter maxAge: how long inboxes remember. It counts from the first failure, because the event had no effect
    ///   before that; failing a time there, from when the message says it was sent.
    func refusal(maxAge: Duration, now: RFC3339Time = .now) -> AMQPError? {
        let name = "event \(eventID ?? "without id")"
        if isBodyDropped {
            return AMQPError(
                .tooLarge, "\(name): the body has \(bodySize) bytes, more than is read and more than a service takes")
        }
        let sent = properties.timestamp.map(Self.time(seconds:))
        guard let began = firstFailed.flatMap({ RFC3339Time($0) }) ?? sent else { return nil }
        guard .milliseconds(now.milliseconds - began.milliseconds) > maxAge else { return nil }
        let days = maxAge.components.seconds / 86_400
        return AMQPError(
            .tooOld,
            "\(name): first failed at \(began), and inboxes remember \(days) days: it could have a second effect")
    }

    /// The copy that goes back to this letter's service, and to nobody else: same body, same properties, no reason.
    ///
    /// The attempts are gone, so that the event gets all of them anew. Where it was published first, by whom, and when it
    /// first failed stay known. What brokers noted about its death is gone: a copy that keeps it can vanish in a retry
    /// queue, and `CC` and `BCC` would send it elsewhere.
    func replaying(frameMax: Int) -> Publishing {
        var copy = properties
        copy.messageID = properties.messageID ?? eventID.flatMap { $0.utf8.count <= Self.maxShortBytes ? $0 : nil }
        copy.userID = nil
        copy.expiration = nil
        copy.isPersistent = true
        var kept: AMQPTable = [
            BridgeHeader.routingKey: .string(routingKey.prefix(utf8Bytes: Self.maxShortBytes)),
            BridgeHeader.replays: .int(Int64(replays + 1)),
        ]
        kept[BridgeHeader.exchange] = exchange.map { .string($0.prefix(utf8Bytes: Self.maxShortBytes)) }
        kept[BridgeHeader.userID] = userID.map { .string($0.prefix(utf8Bytes: Self.maxShortBytes)) }
        kept[BridgeHeader.firstFailed] = firstFailed.map { .string($0.prefix(utf8Bytes: Self.maxShortBytes)) }
        copy.headers = properties.headers
            .filter { !BridgeHeader.isStripped($0.key) && !$0.key.hasPrefix(BridgeHeader.prefix) }
            .merging(kept) { $1 }
        if MessageLimits.encodedSize(copy) > frameMax - Self.reservedBytes {
            kept[BridgeHeader.headersDropped] = true
            copy.headers = kept
        }
        return Publishing(
            exchange: ExchangeName("\(service).rt"), routingKey: "in", isMandatory: true, properties: copy, body: body)
    }
}
