import DequeModule
import Synchronization

/// Where publishers leave their messages.
///
/// Any task encodes its message under a short lock, without a hop; the I/O thread takes all bytes that have gathered and
/// writes them at once. Only bytes and a small entry change threads, never the message: that costs more than encoding it.
/// What finds no room waits here as it came, bounded by its callers, who wait too.
///
/// There is one *pen*, and who holds it may write to the socket. It lies here, for publishers, while the I/O thread has
/// nothing to write and waits. So a lone message leaves at once, from its own thread, and so does what has become a good
/// write; everything else is written by the I/O thread when it comes by.
final class PublishLane: Sendable {
    /// Encoded and not yet taken, in bytes, when encoding pauses.
    private static let bytesLimit = 1 << 20
    /// Of one batch, encoded under one lock.
    private static let stretch = 32
    /// With fewer on their way a message is lone: nobody gains by gathering.
    private static let lone = 4
    /// Bytes that are worth a write of their own while the I/O thread rests.
    private static let goodWrite = 48 << 10

    /// What the I/O thread takes over in one go.
    struct Intake {
        /// In the order of their bytes, which is the order of their tags.
        var entries: [PublishEntry] = []
        /// One for each message of the entries.
        var returnKeys: [ReturnKey?] = []
        /// So many bytes were written by publishers themselves.
        var written = 0
        /// When the first of those that found no room has waited for too long.
        var nextDeadline: Duration?
    }

    private struct State: ~Copyable {
        var bytes: OutboundBuffer
        var entries: [PublishEntry] = []
        var returnKeys: [ReturnKey?] = []
        var waiting: Deque<PublishSubmission> = []
        /// How many more may be unconfirmed; none before the login.
        var room = 0
        /// For all that comes before the next visit of the I/O thread: reading the clock for every message would show.
        var deadline = Duration.zero
        /// The I/O thread has been woken since its last visit.
        var isAwaited = false
        /// The I/O thread comes by in a moment, woken or not.
        var isVisitNear = false
        var pen: SocketWriter?
        var isPenFree = false
        /// Bytes that left from here since the last visit.
        var written = 0
        /// One of the library's own calls is under way, or about to begin.
        var isCalling = false
        /// As many may be unconfirmed.
        var limit = 0
        var blockedReason: String?
        var closed: AMQPError?
    }

    private let state: Mutex<State>
    private let timeout: Duration
    private let wake: @Sendable () -> Void
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
        await withUnsafeContinuation { submit(publishing, .single($0, .current)) }
    }

    /// Outcomes in the order of the publishings. Cancelling ends the wait; what was sent stays sent.
    func publish(
        contentsOf publishings: [Publishing], isolation: isolated (any Actor)? = #isolation
    ) async -> [PublishOutcome] {
        guard !publishings.isEmpty else { return [] }
        let batch = PublishBatch(count: publishings.count)
        defer { withExtendedLifetime(batch) {} }
        return await withUnsafeContinuation { continuation in
            batch.start(continuation)
            let waiter = PublishWaiter.batch(.passUnretained(batch), .current)
            var next = 0
            while next < publishings.count { submit(publishings, waiter, &next) }
        }
    }

    /// Every waiter is resumed exactly once: here when it is refused, by the I/O thread when it gets that far.
    private func submit(_ publishing: Publishing, _ waiter: PublishWaiter) {
        var mustWake = false
        let refusal = state.withLock { state -> AMQPError? in
            if let refusal = arrive(&state) { return refusal }
            defer { mustWake = depart(&state, isLast: false) }
            guard Self.hasRoom(state), state.waiting.isEmpty else {
                state.waiting.append(PublishSubmission([publishing], waiter, deadline: state.deadline))
                return nil
            }
            do throws(AMQPError) {
                try Self.encode(publishing, &state)
                state.entries.append(PublishEntry(waiter: waiter, indices: 0..<1, deadline: state.deadline))
                return nil
            } catch {
                return error
            }
        }
        if mustWake { wake() }
        if let refusal { waiter.resume(0..<1, .unknown(refusal)) }
    }

    /// A stretch of a batch, or all the rest of it when that has to wait.
    private func submit(_ publishings: [Publishing], _ waiter: PublishWaiter, _ next: inout Int) {
        var mustWake = false
        var refused: [Refused] = []
        let first = next
        state.withLock { state in
            if let refusal = arrive(&state) {
                refused.append((waiter, first..<publishings.count, refusal))
                next = publishings.count
                return
            }
            defer { mustWake = depart(&state, isLast: next == publishings.count) }
            let end = min(first + Self.stretch, publishings.count)
            if state.waiting.isEmpty {
                next += Self.send(publishings, first..<end, waiter, state.deadline, &state, &refused)
            }
            guard next < end else { return }
            state.waiting.append(PublishSubmission(publishings, from: next, waiter, deadline: state.deadline))
            next = publishings.count
        }
        if mustWake { wake() }
        for (waiter, indices, error) in refused { waiter.resume(indices, .unknown(error)) }
    }

    /// Why nothing more is taken from this task, if so.
    private func arrive(_ state: inout State) -> AMQPError? {
        if let error = state.closed { return error }
        if Task.isCancelled { return Self.cancelled }
        if !state.isAwaited { state.deadline = ContinuousClock.now - start + timeout }
        return nil
    }

    /// Writes what should not wait; true when the I/O thread has to be woken for the rest.
    ///
    /// - Parameter isLast: nothing follows in this call.
    private func depart(_ state: inout State, isLast: Bool) -> Bool {
        if state.isPenFree, let pen = state.pen {
            if state.limit - state.room <= Self.lone { Self.write(&state, pen) }
        }
        if state.isAwaited || (state.isVisitNear && state.bytes.isEmpty && state.waiting.isEmpty) { return false }
        state.isAwaited = true
        return true
    }

    private static func write(_ state: inout State, _ pen: SocketWriter) {
        let count = state.bytes.withUnwritten { pen.write($0) }
        state.bytes.markWritten(count)
        state.written += count
        // The rest has to be next on the socket, and only the I/O thread can wait for room there.
        if !state.bytes.isEmpty { state.isPenFree = false }
    }

    private static func hasRoom(_ state: borrowing State) -> Bool {
        state.room > 0 && state.bytes.count < bytesLimit && state.blockedReason == nil
    }

    private typealias Refused = (waiter: PublishWaiter, indices: Range<Int>, error: AMQPError)

    /// Encodes neighbours while there is room, and registers them in the same step: the entry is with the I/O thread
    /// before the bytes can leave. Returns how many were sent or refused.
    private static func send(
        _ publishings: [Publishing], _ indices: Range<Int>, _ waiter: PublishWaiter, _ deadline: Duration,
        _ state: inout State, _ refused: inout [Refused]
    ) -> Int {
        var (first, next) = (indices.lowerBound, indices.lowerBound)
        func register(_ state: inout State) {
            guard first < next else { return }
            state.entries.append(PublishEntry(waiter: waiter, indices: first..<next, deadline: deadline))
        }
        // In place: a copy would retain every string of the message.
        publishings.withUnsafeBufferPointer { publishings in
            while next < indices.upperBound, hasRoom(state) {
                do throws(AMQPError) {
                    try encode(publishings[next], &state)
                    next += 1
                } catch {
                    register(&state)
                    refused.append((waiter, next..<next + 1, error))
                    next += 1
                    first = next
                }
            }
        }
        register(&state)
        return next - indices.lowerBound
    }

    @inline(__always)
    private static func encode(_ publishing: borrowing Publishing, _ state: inout State) throws(AMQPError) {
        if publishing.isMandatory {
            // A return names its message only by its id.
            let messageID = publishing.properties.messageID ?? UUIDv7().description
            try state.bytes.append(publishing, messageID: messageID)
            state.returnKeys.append(
                ReturnKey(
                    messageID: messageID, exchange: publishing.exchange, routingKey: publishing.routingKey))
        } else {
            try state.bytes.append(publishing, messageID: publishing.properties.messageID)
            state.returnKeys.append(nil)
        }
        state.room -= 1
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
    func open(frameMax: Int, room: Int, _ pen: SocketWriter) {
        state.withLock { state in
            state.bytes.frameMax = frameMax
            state.room = room
            state.limit = room
            state.pen = pen
        }
    }

    /// Takes the pen for the library's own calls, until `endCall()`.
    func beginCall() {
        state.withLock { state in
            state.isCalling = true
            state.isPenFree = false
        }
    }

    /// Publishers may write again after the next `take`.
    func endCall() { state.withLock { $0.isCalling = false } }

    /// Takes all that has gathered, and lets in what waits, `room` at most. Takes the pen, too, if there is something to
    /// write, else lays it down.
    ///
    /// - Parameters:
    ///   - intake: its arrays must be empty and lend their memory.
    ///   - output: gets the bytes when it is empty; else they stay, their entries are handed over all the same.
    ///   - willWrite: the I/O thread has more to write.
    ///   - isVisitNear: it comes by again within a tenth of a second.
    func take(
        _ intake: inout Intake, _ output: inout OutboundBuffer, room: Int, willWrite: Bool, isVisitNear: Bool
    ) {
        var refused: [Refused] = []
        state.withLock { state in
            state.room = room - state.returnKeys.count
            state.isAwaited = false
            state.isVisitNear = isVisitNear
            if !state.waiting.isEmpty { admit(&state, &refused) }
            swap(&state.entries, &intake.entries)
            swap(&state.returnKeys, &intake.returnKeys)
            intake.written = state.written
            state.written = 0
            intake.nextDeadline = state.waiting.first?.deadline
            // A publisher left half a frame on the socket: nothing may come before its rest.
            if state.bytes.isPartlyWritten { output.moveAll(behind: &state.bytes) }
            if output.isEmpty { swap(&state.bytes, &output) }
            state.isPenFree = output.isEmpty && !willWrite && !state.isCalling
        }
        for (waiter, indices, error) in refused { waiter.resume(indices, .unknown(error)) }
    }

    private func admit(_ state: inout State, _ refused: inout [Refused]) {
        while Self.hasRoom(state), var submission = state.waiting.popFirst() {
            let rest = submission.taken..<submission.publishings.count
            submission.advance(
                by: Self.send(
                    submission.publishings, rest, submission.waiter, submission.deadline, &state, &refused))
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

    /// Gives up what waits for room and whose task was cancelled.
    func dropCancelled() {
        var cancelled: [PublishSubmission] = []
        state.withLock { state in
            state.waiting.removeAll { submission in
                guard submission.waiter.isCancelled else { return false }
                cancelled.append(submission)
                return true
            }
        }
        for submission in cancelled { submission.refuse(Self.cancelled) }
    }

    /// The connection is gone: what waits ends as unknown, and whatever comes later is refused at once.
    func close(_ error: AMQPError) {
        let (entries, waiting) = state.withLock { state in
            state.closed = error
            state.isPenFree = false
            state.blockedReason = nil
            defer {
                state.entries = []
                state.returnKeys = []
                state.waiting = []
            }
            return (state.entries, state.waiting)
        }
        for entry in entries { entry.waiter.resume(entry.indices, .unknown(error)) }
        for submission in waiting { submission.refuse(error) }
    }
}
