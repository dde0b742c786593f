import DequeModule
import Synchronization

/// Where publishers leave their messages.
///
/// Any task encodes its message under a short lock, without a hop; the I/O thread takes all bytes that have gathered and
/// writes them at once. Only bytes and a small entry change threads, never the message: that costs more than encoding it.
/// What finds no room waits here as it came, bounded by its callers, who wait too.
final class PublishLane: Sendable {
    /// Encoded and not yet taken, in bytes, when encoding pauses.
    private static let bytesLimit = 1 << 20
    /// Of one batch, encoded under one lock.
    private static let stretch = 16

    /// What the I/O thread takes over in one go.
    struct Intake {
        /// In the order of their bytes, which is the order of their tags.
        var entries: [PublishEntry] = []
        /// Waits that their tasks gave up.
        var cancelled: [PublishWaiter.Key] = []
        /// When the first of those that found no room has waited for too long.
        var nextDeadline: Duration?
    }

    private struct State: ~Copyable {
        var bytes: OutboundBuffer
        var entries: [PublishEntry] = []
        var cancelled: [PublishWaiter.Key] = []
        var waiting: Deque<PublishSubmission> = []
        /// How many more may be unconfirmed; none before the login.
        var room = 0
        /// For all that comes before the next visit of the I/O thread: reading the clock for every message would show.
        var deadline = Duration.zero
        /// The I/O thread has been woken since its last visit.
        var isAwaited = false
        var blockedReason: String?
        var closed: AMQPError?
    }

    private let state: Mutex<State>
    private let timeout: Duration
    private let wake: @Sendable () -> Void
    private let nextID = Atomic<UInt64>(0)
    /// Deadlines count from here: an instant is opaque to the compiler, and slow in a structure that is copied a lot.
    let start = ContinuousClock.now

    init(frameMax: Int, timeout: Duration, wake: @escaping @Sendable () -> Void) {
        state = Mutex(State(bytes: OutboundBuffer(channel: CConnection.channel, frameMax: frameMax)))
        self.timeout = timeout
        self.wake = wake
    }

    // MARK: Publishers

    @inline(__always)
    func publish(
        _ publishing: Publishing, isolation: isolated (any Actor)? = #isolation
    ) async -> PublishOutcome {
        let id = nextID.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                submit(publishing, .single(id: id, continuation))
            }
        } onCancel: {
            cancel(.single(id: id))
        }
    }

    /// Outcomes in the order of the publishings. Cancelling ends the wait; what was sent stays sent.
    func publish(
        contentsOf publishings: [Publishing], isolation: isolated (any Actor)? = #isolation
    ) async -> [PublishOutcome] {
        guard !publishings.isEmpty else { return [] }
        let batch = PublishBatch(id: nextID.add(1, ordering: .relaxed).newValue, count: publishings.count)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                batch.start(continuation)
                var next = 0
                while next < publishings.count { submit(publishings, batch, &next) }
            }
        } onCancel: {
            cancel(.batch(id: batch.id))
        }
    }

    /// Every waiter is resumed exactly once: here when it is refused, by the I/O thread when it gets that far.
    private func submit(_ publishing: Publishing, _ waiter: PublishWaiter) {
        var wasAwaited = true
        let refusal = state.withLock { state -> AMQPError? in
            if let refusal = arrive(&state, &wasAwaited) { return refusal }
            if Self.hasRoom(state), state.waiting.isEmpty {
                return Self.send(publishing, waiter, state.deadline, &state)
            }
            state.waiting.append(PublishSubmission(.one(publishing, waiter), deadline: state.deadline))
            return nil
        }
        if !wasAwaited { wake() }
        if let refusal { waiter.resume(.unknown(refusal)) }
    }

    /// A stretch of a batch, or all the rest of it when that has to wait.
    private func submit(_ publishings: [Publishing], _ batch: PublishBatch, _ next: inout Int) {
        var wasAwaited = true
        var refused: [(index: Int, error: AMQPError)] = []
        let first = next
        state.withLock { state in
            if let refusal = arrive(&state, &wasAwaited) {
                refused = (first..<publishings.count).map { ($0, refusal) }
                next = publishings.count
                return
            }
            let end = min(first + Self.stretch, publishings.count)
            while next < end, Self.hasRoom(state), state.waiting.isEmpty {
                let refusal = publishings.withUnsafeBufferPointer {
                    // In place: a copy would retain every string of the message.
                    Self.send($0[next], .member(batch, index: next), state.deadline, &state)
                }
                if let refusal { refused.append((next, refusal)) }
                next += 1
            }
            guard next < end else { return }
            state.waiting.append(
                PublishSubmission(.many(publishings, batch, next: next), deadline: state.deadline))
            next = publishings.count
        }
        if !wasAwaited { wake() }
        for (index, error) in refused { batch.resolve(index, .unknown(error)) }
    }

    /// Why nothing more is taken from this task, if so; else makes sure that the I/O thread comes by.
    private func arrive(_ state: inout State, _ wasAwaited: inout Bool) -> AMQPError? {
        if let error = state.closed { return error }
        // Under the same lock as `cancel`, which runs after the flag was set: one of the two sees the other.
        if Task.isCancelled { return Self.cancelled }
        wasAwaited = state.isAwaited
        if !wasAwaited {
            state.isAwaited = true
            state.deadline = ContinuousClock.now - start + timeout
        }
        return nil
    }

    private static func hasRoom(_ state: borrowing State) -> Bool {
        state.room > 0 && state.bytes.count < bytesLimit && state.blockedReason == nil
    }

    /// Encodes, and registers in the same step: the entry is with the I/O thread before the bytes can leave.
    private static func send(
        _ publishing: Publishing, _ waiter: PublishWaiter, _ deadline: Duration, _ state: inout State
    ) -> AMQPError? {
        var messageID = publishing.properties.messageID
        // A return names its message only by its id.
        if messageID == nil, publishing.isMandatory { messageID = UUIDv7().description }
        do {
            try state.bytes.append(publishing, messageID: messageID)
            let returnKey = returnKey(publishing, messageID)
            state.entries.append(PublishEntry(waiter: waiter, returnKey: returnKey, deadline: deadline))
            state.room -= 1
            return nil
        } catch {
            return error
        }
    }

    private static func returnKey(_ publishing: Publishing, _ messageID: String?) -> ReturnKey? {
        guard publishing.isMandatory, let messageID else { return nil }
        return ReturnKey(messageID: messageID, exchange: publishing.exchange, routingKey: publishing.routingKey)
    }

    private func cancel(_ key: PublishWaiter.Key) {
        let waiting = state.withLock { state -> PublishSubmission? in
            guard state.closed == nil else { return nil }
            state.cancelled.append(key)
            return state.waiting.firstIndex { $0.key == key }.map { state.waiting.remove(at: $0) }
        }
        waiting?.refuse(Self.cancelled)
        wake()
    }

    static let cancelled = AMQPError(.cancelled, "the publishing task was cancelled while it waited")

    /// The reason of the broker's alarm, while there is one.
    var blockedReason: String? { state.withLock { $0.blockedReason } }
}

// MARK: - The I/O thread's side

extension PublishLane {
    /// The negotiated frame size in bytes; the proposed one before the login.
    var frameMax: Int { state.withLock { $0.bytes.frameMax } }

    /// The login is done. `frameMax`: the negotiated frame size in bytes.
    func open(frameMax: Int, room: Int) {
        state.withLock { state in
            state.bytes.frameMax = frameMax
            state.room = room
        }
    }

    /// Takes all that has gathered, and lets in what waits, `room` at most.
    ///
    /// - Parameters:
    ///   - intake: its arrays must be empty and lend their memory.
    ///   - output: gets the bytes when it is empty; else they stay, their entries are handed over all the same.
    func take(_ intake: inout Intake, _ output: inout OutboundBuffer, room: Int) {
        var refused: [(PublishWaiter, AMQPError)] = []
        state.withLock { state in
            state.room = room - state.entries.count
            state.isAwaited = false
            if !state.waiting.isEmpty { admit(&state, &refused) }
            swap(&state.entries, &intake.entries)
            swap(&state.cancelled, &intake.cancelled)
            intake.nextDeadline = state.waiting.first?.deadline
            if output.isEmpty { swap(&state.bytes, &output) }
        }
        for (waiter, error) in refused { waiter.resume(.unknown(error)) }
    }

    private func admit(_ state: inout State, _ refused: inout [(PublishWaiter, AMQPError)]) {
        while Self.hasRoom(state), var submission = state.waiting.popFirst() {
            guard let (publishing, waiter) = submission.takeNext() else { continue }
            if let error = Self.send(publishing, waiter, submission.deadline, &state) {
                refused.append((waiter, error))
            }
            if !submission.isDone { state.waiting.prepend(submission) }
        }
    }

    func setBlocked(reason: String?) {
        state.withLock { $0.blockedReason = reason }
    }

    /// Gives up what has waited for room past its deadline; both count from `start`.
    func expire(at now: Duration) {
        var expired: [PublishSubmission] = []
        let reason = state.withLock { state in
            while let first = state.waiting.first, first.deadline <= now { expired.append(state.waiting.removeFirst()) }
            return state.blockedReason.map { "blocked: \($0)" } ?? "busy"
        }
        let error = AMQPError(.timeout, "not sent within \(timeout); the broker is \(reason)")
        for submission in expired { submission.refuse(error) }
    }

    /// The connection is gone: what waits ends as unknown, and whatever comes later is refused at once.
    func close(_ error: AMQPError) {
        let (entries, waiting) = state.withLock { state in
            state.closed = error
            state.blockedReason = nil
            defer {
                state.entries = []
                state.waiting = []
            }
            return (state.entries, state.waiting)
        }
        for entry in entries { entry.waiter.resume(.unknown(error)) }
        for submission in waiting { submission.refuse(error) }
    }
}
