import DequeModule

// The I/O thread's side.
extension PublishLane {
    /// The negotiated frame size in bytes; the proposed one before the login.
    var frameMax: Int { state.withLock { $0.bytes.frameMax } }

    /// The login is done. `frameMax`: the negotiated frame size in bytes; `user`: whom messages come from that do not say.
    func open(frameMax: Int, user: String?, room: Int, _ pen: SocketWriter) {
        state.withLock { state in
            state.bytes.frameMax = frameMax
            state.bytes.user = user
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
    ///   - isResting: it may rest afterwards.
    ///   - isVisitNear: it comes by again within a tenth of a second.
    func take(
        _ intake: inout Intake, _ output: inout OutboundBuffer, room: Int, willWrite: Bool, isResting: Bool,
        isVisitNear: Bool
    ) {
        var refused: [Refused] = []
        state.withLock { state in
            state.room = room - state.returnKeys.count
            state.isAwaited = false
            state.isVisitNear = isVisitNear
            state.isResting = isResting
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

    /// Said before the publishers are told, of whom most come back at once with their next.
    func noteConfirmed(_ count: Int) {
        guard count > Self.lone else { return }
        state.withLock { $0.returning = count }
    }

    func setBlocked(reason: String?) {
        let now = MonotonicInstant.now.uptime
        state.withLock { state in
            state.blockedReason = reason
            if reason == nil { state.blocked.stop(at: now) } else { state.blocked.start(at: now) }
        }
    }

    /// Gives up what has waited for room past its deadline.
    func expire(at now: MonotonicInstant) {
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
            state.blocked.stop(at: MonotonicInstant.now.uptime)
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
