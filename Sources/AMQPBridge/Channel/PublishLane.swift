import DequeModule
import Synchronization

/// Where publishers leave their messages and wait for the broker's word.
///
/// Any task appends under a short lock, without a hop to the I/O thread; the thread takes all that has gathered and
/// writes it at once. A publishing is registered before its bytes can be taken, so no confirm is ever too early.
final class PublishLane: Sendable {
    private struct Waiting {
        var publishing: Publishing
        var messageID: String
        var waiter: Waiter
        var deadline: ContinuousClock.Instant
    }

    private enum Phase {
        case connecting
        case open
        /// The broker has an alarm and takes nothing (`connection.blocked`).
        case blocked(reason: String)
        case closed(AMQPError)
    }

    private struct State: ~Copyable {
        var buffer: OutboundBuffer
        var tracker = ConfirmTracker<Waiter>()
        var waiting: Deque<Waiting> = []
        var phase = Phase.connecting
        /// Between two channels: what comes meanwhile waits, and gets its tag on the new one.
        var isPaused = false
    }

    /// Who is told the outcome: a continuation, or one place in a batch's.
    enum Waiter: Sendable {
        case single(id: UInt64, UnsafeContinuation<PublishOutcome, Never>)
        case member(PublishBatch, index: Int)
    }

    private let state: Mutex<State>
    private let maxUnconfirmed: Int
    private let timeout: Duration
    private let wake: @Sendable () -> Void
    private let nextID = Atomic<UInt64>(0)

    init(options: AMQPConfiguration.Options, wake: @escaping @Sendable () -> Void) {
        state = Mutex(State(buffer: OutboundBuffer(channel: CConnection.channel, frameMax: options.frameMax)))
        maxUnconfirmed = options.maxUnconfirmed
        timeout = options.publishTimeout
        self.wake = wake
    }

    // MARK: Publishers

    func publish(_ publishing: Publishing) async -> PublishOutcome {
        let id = nextID.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            // Every waiter is resumed exactly once: it is taken out of the tracker, under the lock, when it is.
            await withUnsafeContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: .unknown(Self.cancelled))
                    return
                }
                submit([publishing]) { _ in .single(id: id, continuation) }
                // Cancelled between the look above and the submission: `onCancel` has found nothing.
                if Task.isCancelled { cancel(single: id) }
            }
        } onCancel: {
            cancel(single: id)
        }
    }

    /// Outcomes in the order of the publishings. Cancelling ends the wait; what was sent stays sent.
    func publish(contentsOf publishings: [Publishing]) async -> [PublishOutcome] {
        guard !publishings.isEmpty else { return [] }
        let batch = PublishBatch(count: publishings.count)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                batch.start(continuation)
                if Task.isCancelled {
                    publishings.indices.forEach { batch.resolve($0, .unknown(Self.cancelled)) }
                    return
                }
                submit(publishings) { .member(batch, index: $0) }
                if Task.isCancelled { cancel(batch) }
            }
        } onCancel: {
            cancel(batch)
        }
    }

    private func cancel(single id: UInt64) { cancel { if case .single(id, _) = $0 { true } else { false } } }
    private func cancel(_ batch: PublishBatch) { cancel { if case .member(batch, _) = $0 { true } else { false } } }

    private func submit(_ publishings: [Publishing], waiter: (Int) -> Waiter) {
        let deadline = ContinuousClock.now + timeout
        var refused: [ConfirmTracker<Waiter>.Resolved] = []
        state.withLock { state in
            for (index, publishing) in publishings.enumerated() {
                let entry = Waiting(
                    publishing: publishing, messageID: publishing.properties.messageID ?? UUIDv7().description,
                    waiter: waiter(index), deadline: deadline)
                if case .closed(let error) = state.phase {
                    refused.append((entry.waiter, .unknown(error)))
                } else if case .open = state.phase, !state.isPaused, state.waiting.isEmpty,
                    state.tracker.count < maxUnconfirmed
                {
                    Self.send(entry, &state, &refused)
                } else {
                    state.waiting.append(entry)
                }
            }
        }
        Self.resume(refused)
        wake()
    }

    private static func send(_ entry: Waiting, _ state: inout State, _ refused: inout [ConfirmTracker<Waiter>.Resolved])
    {
        var publishing = entry.publishing
        // A return names its message only by its id.
        if publishing.properties.messageID == nil { publishing.properties.messageID = entry.messageID }
        do {
            try state.buffer.append(publishing)
            let key = ReturnKey(
                messageID: entry.messageID, exchange: publishing.exchange, routingKey: publishing.routingKey)
            state.tracker.register(
                entry.waiter, returnKey: publishing.isMandatory ? key : nil, deadline: entry.deadline)
        } catch {
            refused.append((entry.waiter, .unknown(error)))
        }
    }

    private func cancel(where matches: @Sendable (Waiter) -> Bool) {
        let resolved = state.withLock { state in
            var resolved = state.tracker.remove(error: Self.cancelled) { matches($0.waiter) }
            resolved += state.waiting.filter { matches($0.waiter) }.map { ($0.waiter, .unknown(Self.cancelled)) }
            state.waiting.removeAll { matches($0.waiter) }
            return resolved
        }
        Self.resume(resolved)
    }

    private static let cancelled = AMQPError(.cancelled, "the publishing task was cancelled while it waited")

    private static func resume(_ resolved: [(waiter: Waiter, outcome: PublishOutcome)]) {
        for (waiter, outcome) in resolved {
            switch waiter {
            case .single(_, let continuation): continuation.resume(returning: outcome)
            case .member(let batch, let index): batch.resolve(index, outcome)
            }
        }
    }
}

// MARK: - The I/O thread's side

extension PublishLane {
    /// The login is done. `frameMax`: the negotiated frame size in bytes.
    func open(frameMax: Int) {
        state.withLock { state in
            state.buffer = OutboundBuffer(channel: CConnection.channel, frameMax: frameMax)
            state.phase = .open
        }
    }

    /// Takes all bytes that wait to be written; `chunk` must be empty and lends its memory.
    func takeBytes(into chunk: inout [UInt8]) {
        state.withLock { state in
            guard !state.buffer.isEmpty else { return }
            state.buffer.take(replacing: &chunk)
        }
    }

    func resolve(upTo tag: UInt64, multiple: Bool, isAck: Bool) {
        let resolved = state.withLock { state in
            var resolved: [ConfirmTracker<Waiter>.Resolved] = []
            state.tracker.resolve(upTo: tag, multiple: multiple, isAck: isAck, into: &resolved)
            admitWaiting(&state, &resolved)
            return resolved
        }
        Self.resume(resolved)
    }

    func markReturned(_ key: ReturnKey) {
        state.withLock { $0.tracker.markReturned(key) }
    }

    /// Holds publishings back until `restart()`, if none is unconfirmed or waiting; false when one is.
    func pauseIfIdle() -> Bool {
        state.withLock { state in
            state.isPaused = state.tracker.count == 0 && state.waiting.isEmpty && state.buffer.isEmpty
            return state.isPaused
        }
    }

    /// A new channel counts from 1 again. Only after `pauseIfIdle()`.
    func restart() {
        let refused = state.withLock { state in
            var refused: [ConfirmTracker<Waiter>.Resolved] = []
            state.tracker = ConfirmTracker()
            state.isPaused = false
            admitWaiting(&state, &refused)
            return refused
        }
        Self.resume(refused)
    }

    func setBlocked(reason: String?) {
        let refused = state.withLock { state in
            var refused: [ConfirmTracker<Waiter>.Resolved] = []
            if case .closed = state.phase { return refused }
            if let reason {
                state.phase = .blocked(reason: reason)
            } else {
                state.phase = .open
                admitWaiting(&state, &refused)
            }
            return refused
        }
        Self.resume(refused)
    }

    /// The reason of the broker's alarm, while there is one.
    var blockedReason: String? {
        state.withLock { if case .blocked(let reason) = $0.phase { reason } else { nil } }
    }

    /// Gives up what has waited past its deadline; returns when to look again.
    func expire(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (resolved, next) = state.withLock { state in
            var resolved: [ConfirmTracker<Waiter>.Resolved] = []
            if let deadline = state.tracker.nextDeadline, deadline <= now {
                let error = AMQPError(.timeout, "no confirm within \(timeout)")
                resolved += state.tracker.expire(at: now, error: error)
            }
            while let first = state.waiting.first, first.deadline <= now {
                state.waiting.removeFirst()
                let reason = if case .blocked(let reason) = state.phase { "blocked: \(reason)" } else { "busy" }
                let error = AMQPError(.timeout, "not sent within \(timeout); the broker is \(reason)")
                resolved.append((first.waiter, .unknown(error)))
            }
            let next = [state.tracker.nextDeadline, state.waiting.first?.deadline].compactMap { $0 }.min()
            return (resolved, next)
        }
        Self.resume(resolved)
        return next
    }

    /// The connection is gone: everything that waits ends as unknown, and so does whatever comes later.
    func close(_ error: AMQPError) {
        let resolved = state.withLock { state in
            if case .closed = state.phase { return [ConfirmTracker<Waiter>.Resolved]() }
            state.phase = .closed(error)
            var resolved = state.tracker.failAll(error)
            resolved += state.waiting.map { ($0.waiter, .unknown(error)) }
            state.waiting.removeAll()
            return resolved
        }
        Self.resume(resolved)
    }

    private func admitWaiting(_ state: inout State, _ refused: inout [ConfirmTracker<Waiter>.Resolved]) {
        guard case .open = state.phase, !state.isPaused else { return }
        while state.tracker.count < maxUnconfirmed, let entry = state.waiting.popFirst() {
            Self.send(entry, &state, &refused)
        }
    }
}
