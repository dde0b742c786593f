import AMQPBridge

// What is still to be sent.
extension EventLedger {
    /// How far the outbox is behind. Takes about a millisecond for every 100,000 events in it.
    ///
    /// - Throws: `LedgerError.unavailable`.
    public var outboxState: OutboxState {
        get async throws { try await database.read { try OutboxState($0) } }
    }

    /// How many handled events are remembered. Cheap, however many there are: what is forgotten are the oldest, so it is
    /// the distance between the first and the last.
    ///
    /// - Throws: `LedgerError.unavailable`.
    public var inboxSize: Int {
        get async throws { try await database.read { try Inbox.size($0) } }
    }

    /// Sends a parked event again, as it is: once the broker takes what it did not.
    ///
    /// - Returns: false when no event with that id is parked.
    /// - Throws: `LedgerError.unavailable`.
    public func unpark(_ eventID: String) async throws -> Bool {
        defer { relay.poke() }
        return try await database.write { try Outbox.unpark(eventID, in: $0) }
    }
}
