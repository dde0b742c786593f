/// Looks into services' dead-letter queues, replays letters and discards them.
///
/// Every call makes a connection of its own and holds the queue alone until it is done; another call on the same service
/// waits up to five seconds for that. It sees each letter that was there when it began, oldest first, in batches as they
/// arrive, so that a long queue needs no more memory than a short one. What it did not settle stays where it was,
/// whatever happens: looking changes nothing.
public struct DeadLetters: Sendable {
    /// How long after its first failure a letter can be replayed. Default: 30 days, as long as a ledger's inbox keeps
    /// what it has seen; later a replay could have a second effect.
    public var maxAge = Duration.seconds(30 * 86_400)

    private let clock: BusClock
    private let connect: @Sendable () async throws(AMQPError) -> any BrokerConnection

    /// - Parameter configuration: its `maxBodySize` is up to where letters are read with their bodies; what is larger
    ///   can be listed and discarded, and not replayed.
    public init(_ configuration: AMQPConfiguration) {
        self.init { () async throws(AMQPError) in try await AMQPConnection.connect(configuration) }
    }

    package init(
        clock: BusClock = .continuous, connect: @escaping @Sendable () async throws(AMQPError) -> any BrokerConnection
    ) {
        self.clock = clock
        self.connect = connect
    }

    // MARK: Looking

    /// The selected letters of a service, oldest first. They are all in memory then: see ``look(_:where:_:)``.
    ///
    /// - Throws: as ``look(_:where:_:)``.
    public func list(
        _ service: String, where selection: DeadLetterSelection = .all
    ) async throws(AMQPError) -> [DeadLetter] {
        var letters: [DeadLetter] = []
        do {
            try await look(service, where: selection) { letters += $0 }
        } catch {
            throw error as? AMQPError ?? AMQPError(.cancelled, "the look at dead letters ended early: \(error)")
        }
        return letters
    }

    /// Shows the selected letters of a service in batches as they arrive, oldest first; all of them go back.
    ///
    /// - Throws: `notFound` when the service has no dead-letter queue, `resourceLocked` when somebody else still holds it
    ///   after five seconds, `cancelled`; as ``AMQPConnection/connect(_:)``; whatever `report` throws.
    public func look(
        _ service: String, where selection: DeadLetterSelection = .all,
        _ report: ([DeadLetter]) async throws -> Void
    ) async throws {
        // The time of the call counts for all letters.
        let now = RFC3339Time.now
        try await visit(service, prefetch: .max).run { deliveries, _ in
            let letters = deliveries.map { DeadLetter($0, service: service) }
                .filter { selection.matches($0, now: now) }
            if !letters.isEmpty { try await report(letters) }
            return 0
        }
    }

    // MARK: Replaying

    /// Gives the selected events to their service once more, as if they had just come: a copy of each goes to that
    /// service's queue only (`<service>.rt`, key `in`), and the letter is removed after the broker has confirmed the copy.
    ///
    /// A crash in between leaves both, never neither; the receiver's inbox makes a double harmless. The copy has the same
    /// body and properties without the reason, and all its attempts before it. A letter stays when its copy was refused,
    /// its body is above the limit (`tooLarge`) or it is older than ``maxAge`` (`tooOld`): its result says why.
    ///
    /// - Parameter report: called for every batch, once its fate is known.
    /// - Throws: as ``look(_:where:_:)``. What was reported as done stays done. When the broker's word on a copy was not
    ///   heard, that letter stays and is reported, and this throws why: `connectionLost`, `timeout` and the like.
    public func replay(
        _ service: String, where selection: DeadLetterSelection = .all,
        report: ([DeadLetterResult]) async throws -> Void
    ) async throws {
        let replay = DeadLetterReplay(service: service, selection: selection, maxAge: maxAge)
        try await visit(service, settling: selection).run { deliveries, hold in
            try await replay.handle(deliveries, hold, report)
        }
    }

    /// The same, with all results in memory; the letters in it have no bodies.
    @discardableResult
    public func replay(
        _ service: String, where selection: DeadLetterSelection = .all
    ) async throws -> [DeadLetterResult] {
        var results: [DeadLetterResult] = []
        try await replay(service, where: selection) { results += $0.map(\.withoutBody) }
        return results
    }

    // MARK: Discarding

    /// Removes the selected letters for good.
    ///
    /// - Parameter report: called for every batch.
    /// - Throws: as ``look(_:where:_:)``. When the connection is lost, some that were reported may still be there.
    public func discard(
        _ service: String, where selection: DeadLetterSelection = .all,
        report: ([DeadLetterResult]) async throws -> Void
    ) async throws {
        let now = RFC3339Time.now
        try await visit(service, settling: selection).run { deliveries, hold in
            let selected = deliveries.map { (tag: $0.tag, letter: DeadLetter($0, service: service)) }
                .filter { selection.matches($0.letter, now: now) }
            hold.consumer.settle(selected.map(\.tag), .ack)
            if !selected.isEmpty { try await report(selected.map { DeadLetterResult($0.letter) }) }
            return selected.count
        }
    }

    /// The same, with all results in memory; the letters in it have no bodies.
    @discardableResult
    public func discard(
        _ service: String, where selection: DeadLetterSelection = .all
    ) async throws -> [DeadLetterResult] {
        var results: [DeadLetterResult] = []
        try await discard(service, where: selection) { results += $0.map(\.withoutBody) }
        return results
    }

    /// Where all are meant to leave, few need to be on their way at a time, however many there are. Where some stay, these
    /// must not block the others: one consumer that may hold them all keeps their order, too.
    private func visit(_ service: String, settling selection: DeadLetterSelection) -> DeadLetterVisit {
        visit(service, prefetch: selection.isEmpty ? 256 : .max)
    }

    private func visit(_ service: String, prefetch: UInt16) -> DeadLetterVisit {
        DeadLetterVisit(service: service, prefetch: Int(prefetch), clock: clock, connect: connect)
    }
}
