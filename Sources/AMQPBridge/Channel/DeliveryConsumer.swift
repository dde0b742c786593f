import Synchronization

/// A running consumer: deliveries come out in batches, settlements go in without a hop.
///
/// What is in it is bounded by the prefetch: the broker sends no more until something is settled. One task iterates.
/// The sequence ends when this side has stopped or cancelled the consumer or closed the connection, and throws when the
/// connection, the channel or the queue is gone. A pause does not end it. Whatever is not settled by the connection's
/// end the broker delivers again, to somebody.
public final class DeliveryConsumer: AsyncSequence, Sendable {
    public typealias Element = [Delivery]
    public typealias Failure = AMQPError

    private struct State {
        var arrived: [Delivery] = []
        var settlements = SettlementTracker()
        var prefetch: UInt16
        var waiter: UnsafeContinuation<Void, Never>?
        var isClosed = false
        var failure: AMQPError?
    }

    /// The same for its life, pauses included.
    public let queue: QueueName
    /// Which connection its delivery tags belong to; tags of any other are not settled here.
    package let epoch: UInt64
    package let isExclusive: Bool
    private let isEager: Bool
    private let state: Mutex<State>
    private let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - isEager: wake for every settlement instead of when many have gathered.
    ///   - wake: settlements are waiting to be taken.
    package init(
        queue: QueueName, epoch: UInt64, prefetch: UInt16, isExclusive: Bool = false, isEager: Bool = false,
        wake: @escaping @Sendable () -> Void
    ) {
        self.queue = queue
        self.epoch = epoch
        self.isExclusive = isExclusive
        self.isEager = isEager
        self.wake = wake
        state = Mutex(State(prefetch: prefetch))
    }

    /// Settles a delivery; a second time, or after the connection it came on is gone, this does nothing.
    ///
    /// Its frame leaves with others, merged: when half the prefetch has gathered; with the arrival of a delivery, when 16
    /// have, or none left in the last 16 ms; and without either after as long again as the handler took, which is at least
    /// 16 ms and at most 100 ms. What has not left when the connection is lost is delivered again.
    public func settle(_ tag: DeliveryTag, _ settlement: Settlement) {
        note(CollectionOfOne(tag), settlement)
    }

    /// Settles many at once.
    ///
    /// Inlinable, so that a caller's own sequence is walked by code made for it, not by look-ups for each element.
    @inlinable
    public func settle(_ tags: some Sequence<DeliveryTag>, _ settlement: Settlement) {
        settle(all: Array(tags), settlement)
    }

    @usableFromInline
    func settle(all tags: [DeliveryTag], _ settlement: Settlement) { note(tags, settlement) }

    private func note(_ tags: some Sequence<DeliveryTag>, _ settlement: Settlement) {
        let isTime = state.withLock { state in
            for tag in tags where tag.epoch == epoch { state.settlements.settle(tag.value, settlement) }
            return state.settlements.unsent >= urgent(state)
        }
        if isTime { wake() }
    }

    /// So many settlements wait for nothing: the broker is to have room to send at any time.
    private func urgent(_ state: State) -> Int { isEager ? 1 : Swift.max(1, Int(state.prefetch) / 2) }

    /// Deliveries handed out and not settled yet.
    public var inHand: Int { state.withLock { $0.settlements.outstanding } }

    /// True while something may have to be sent soon without anybody calling for it.
    var needsTurns: Bool { state.withLock { $0.settlements.outstanding > 0 || $0.settlements.unsent > 0 } }

    public func makeAsyncIterator() -> Iterator { Iterator(consumer: self) }

    /// Hands out what has arrived since the last time, never an empty batch. One at a time: iterators of one consumer
    /// share its deliveries.
    ///
    /// In a cancelled task it ends when nothing is there to hand out; the consumer goes on.
    public struct Iterator: AsyncIteratorProtocol {
        let consumer: DeliveryConsumer

        public mutating func next() async throws(AMQPError) -> [Delivery]? { try await consumer.next() }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(AMQPError) -> [Delivery]? {
            try await consumer.next()
        }
    }

    private func next() async throws(AMQPError) -> [Delivery]? {
        if let batch = state.withLock({ Self.take(&$0) }) { return batch }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.arrived.isEmpty, !state.isClosed, !Task.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            resumeWaiter { _ in }
        }
        return try state.withLock { (state) throws(AMQPError) -> [Delivery]? in
            if let batch = Self.take(&state) { return batch }
            if let failure = state.failure { throw failure }
            return nil
        }
    }

    private static func take(_ state: inout State) -> [Delivery]? {
        guard !state.arrived.isEmpty else { return nil }
        defer { state.arrived = [] }
        return state.arrived
    }

    private func resumeWaiter(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

// MARK: - The I/O thread's side

extension DeliveryConsumer {
    /// Everything one read brought, with one wake-up.
    package func deliver(_ deliveries: [Delivery]) throws(AMQPError) {
        let waiter = try state.withLock { (state) throws(AMQPError) -> UnsafeContinuation<Void, Never>? in
            for delivery in deliveries { try state.settlements.delivered(delivery.tag.value) }
            if state.arrived.isEmpty { state.arrived = deliveries } else { state.arrived += deliveries }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// What was settled since the last time, if that is `many` or more, or half the prefetch.
    package func takeSettlements(from many: Int = 1) -> [SettlementFrame] {
        state.withLock { state in
            guard state.settlements.unsent >= Swift.min(many, urgent(state)) else { return [] }
            return state.settlements.takeFrames()
        }
    }

    /// Ends the sequence after what has already arrived; nil: asked for by this side.
    package func finish(_ failure: AMQPError?) {
        resumeWaiter { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            state.failure = failure
        }
    }

    package func setPrefetch(_ prefetch: UInt16) { state.withLock { $0.prefetch = prefetch } }

    /// Takes back what arrived and nobody has begun with.
    package func discardArrived() -> [DeliveryTag] {
        state.withLock { state in
            defer { state.arrived = [] }
            return state.arrived.map(\.tag)
        }
    }
}
