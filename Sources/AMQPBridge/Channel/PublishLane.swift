import DequeModule

/// Where publishers leave their messages.
///
/// Any task encodes its message under a short lock, without a hop; the I/O thread takes all bytes that have gathered and
/// writes them at once. Only bytes and a small entry change threads, never the message: that costs more than encoding it.
/// What finds no room waits here as it came, bounded by its callers, who wait too.
///
/// There is one *pen*, and who holds it may write to the socket. It lies here, for publishers, while the I/O thread has
/// nothing to write and waits. So a lone message leaves at once, from its own thread, and so does as much as is worth a
/// write; everything else is written by the I/O thread when it comes by.
final class PublishLane: Sendable {
    /// Encoded and not yet taken, in bytes, when encoding pauses.
    private static let bytesLimit = 1 << 20
    /// Of one batch, encoded under one lock: with fewer, two batches take turns, and most turns are a switch of threads.
    private static let stretch = 128
    /// With fewer on their way a message is lone: nobody gains by gathering.
    static let lone = 16
    /// So many bytes are worth a write of their own. Who made them writes them: they are in its core's cache, and for
    /// another to fetch them from there costs as much as making them.
    private static let worthWriting = 64 << 10

    /// What the I/O thread takes over in one go.
    struct Intake {
        /// In the order of their bytes, which is the order of their tags.
        var entries: [PublishEntry] = []
        /// One for each message of the entries.
        var returnKeys: [ReturnKey] = []
        /// So many bytes were written by publishers themselves.
        var written = 0
        /// When the first of those that found no room has waited for too long.
        var nextDeadline: MonotonicInstant?
    }

    struct State: ~Copyable {
        var bytes: OutboundBuffer
        var entries: [PublishEntry] = []
        var returnKeys: [ReturnKey] = []
        var waiting: Deque<PublishSubmission> = []
        /// How many more may be unconfirmed; none before the login.
        var room = 0
        /// How many of those just confirmed have no successor yet: who is told comes back with his next, most of the time.
        /// When all are back, nothing is gained by waiting for more.
        var returning = Int.max
        /// For all that comes before the next visit of the I/O thread: reading the clock for every message would show.
        var deadline = MonotonicInstant.distantPast
        /// The I/O thread has been woken since its last visit.
        var isAwaited = false
        /// The I/O thread comes by in a moment, woken or not.
        var isVisitNear = false
        /// It rests, because many are on their way: until it is back no message is lone.
        var isResting = false
        var pen: SocketWriter?
        var isPenFree = false
        /// Bytes that left from here since the last visit.
        var written = 0
        /// One of the library's own calls is under way, or about to begin.
        var isCalling = false
        /// As many may be unconfirmed.
        var limit = 0
        var blockedReason: String?
        var blocked = Stopwatch()
        var closed: AMQPError?
    }

    let state: AdaptiveLock<State>
    let timeout: Duration
    private let span: Nanoseconds
    private let wake: @Sendable () -> Void

    init(frameMax: Int, timeout: Duration, wake: @escaping @Sendable () -> Void) {
        state = AdaptiveLock(State(bytes: OutboundBuffer(channel: CConnection.channel, frameMax: frameMax)))
        self.timeout = timeout
        span = Nanoseconds(timeout)
        self.wake = wake
    }

    @inline(__always)
    func publish(
        _ publishing: Publishing, isolation: isolated (any Actor)? = #isolation
    ) async -> PublishOutcome {
        await withUnsafeContinuation { submit(publishing, .single($0)) }
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
            let waiter = PublishWaiter.batch(.passUnretained(batch), PublishingTask(of: continuation))
            var next = 0
            while next < publishings.count { submit(publishings, waiter, &next) }
        }
    }

    /// Every waiter is resumed exactly once: here when it is refused, by the I/O thread when it gets that far.
    private func submit(_ publishing: Publishing, _ waiter: PublishWaiter) {
        var mustWake = false
        let refusal = state.withLock { state -> AMQPError? in
            if let refusal = arrive(&state) { return refusal }
            defer { mustWake = depart(&state) }
            guard Self.hasRoom(state), state.waiting.isEmpty else {
                state.waiting.append(PublishSubmission([publishing], waiter, deadline: state.deadline))
                return nil
            }
            do throws(AMQPError) {
                try withUnsafePointer(to: publishing) { (place) throws(AMQPError) in try Self.encode(place, &state) }
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
            defer { mustWake = depart(&state) }
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
        if !state.isAwaited { state.deadline = .now + span }
        return nil
    }

    /// Writes what should not wait; true when the I/O thread has to be woken for the rest.
    private func depart(_ state: inout State) -> Bool {
        let isLone = !state.isResting && state.limit - state.room <= Self.lone
        let areBack = state.returning <= 0
        if state.isPenFree, let pen = state.pen, isLone || areBack || state.bytes.count >= Self.worthWriting {
            Self.write(&state, pen)
            if areBack { state.returning = .max }
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

    static func hasRoom(_ state: borrowing State) -> Bool {
        state.room > 0 && state.bytes.count < bytesLimit && state.blockedReason == nil
    }

    typealias Refused = (waiter: PublishWaiter, indices: Range<Int>, error: AMQPError)

    /// Encodes neighbours while there is room, and registers them in the same step: the entry is with the I/O thread
    /// before the bytes can leave. Returns how many were sent or refused.
    static func send(
        _ publishings: [Publishing], _ indices: Range<Int>, _ waiter: PublishWaiter, _ deadline: MonotonicInstant,
        _ state: inout State, _ refused: inout [Refused]
    ) -> Int {
        precondition(indices.upperBound <= publishings.count, "publishings that are not there")
        return publishings.withUnsafeBufferPointer { publishings in
            guard let base = publishings.baseAddress else { return 0 }
            return send(base, indices, waiter, deadline, &state, &refused)
        }
    }

    /// In their place: see ``OutboundBuffer/append(_:messageID:)``.
    private static func send(
        _ base: UnsafePointer<Publishing>, _ indices: Range<Int>, _ waiter: PublishWaiter,
        _ deadline: MonotonicInstant, _ state: inout State, _ refused: inout [Refused]
    ) -> Int {
        var (first, next) = (indices.lowerBound, indices.lowerBound)
        func register(_ state: inout State) {
            guard first < next else { return }
            state.entries.append(PublishEntry(waiter: waiter, indices: first..<next, deadline: deadline))
        }
        while next < indices.upperBound, hasRoom(state) {
            do throws(AMQPError) {
                try encode(base + next, &state)
                next += 1
            } catch {
                register(&state)
                refused.append((waiter, next..<next + 1, error))
                next += 1
                first = next
            }
        }
        register(&state)
        return next - indices.lowerBound
    }

    @inline(__always)
    private static func encode(_ place: UnsafePointer<Publishing>, _ state: inout State) throws(AMQPError) {
        var messageID = place.pointee.properties.messageID
        // A return names its message only by its id.
        if messageID == nil, place.pointee.isMandatory { messageID = UUIDv7().description }
        state.returnKeys.append(try state.bytes.append(place, messageID: messageID))
        state.room -= 1
        state.returning -= 1
    }

    static let cancelled = AMQPError(.cancelled, "the publishing task was cancelled while it waited")

    /// The reason of the broker's alarm, while there is one.
    var blockedReason: String? { state.withLock { $0.blockedReason } }

    /// How long there has been one altogether.
    var blockedTime: Duration { state.withLock { $0.blocked.total(at: MonotonicInstant.now.uptime) } }
}
