import Synchronization

/// Where publishers leave their messages.
///
/// Any task appends under a lock held for a few instructions, without a hop; the I/O thread takes all that has gathered
/// at once and does the rest alone: see ``PublishWindow``.
final class PublishLane: Sendable {
    /// What the I/O thread takes over in one go.
    struct Intake {
        var submissions: [PublishSubmission] = []
        /// Waits that their tasks gave up.
        var cancelled: [PublishWaiter.Key] = []

        var isEmpty: Bool { submissions.isEmpty && cancelled.isEmpty }
    }

    private struct State {
        var intake = Intake()
        /// For all of one intake: reading the clock once per message would show.
        var deadline = ContinuousClock.now
        var blockedReason: String?
        var closed: AMQPError?
    }

    private let state = Mutex(State())
    private let timeout: Duration
    private let wake: @Sendable () -> Void
    private let nextID = Atomic<UInt64>(0)

    init(timeout: Duration, wake: @escaping @Sendable () -> Void) {
        self.timeout = timeout
        self.wake = wake
    }

    // MARK: Publishers

    func publish(
        _ publishing: Publishing, isolation: isolated (any Actor)? = #isolation
    ) async -> PublishOutcome {
        let id = nextID.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                submit(.one(publishing, .single(id: id, continuation)))
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
                submit(.many(publishings, batch))
            }
        } onCancel: {
            cancel(.batch(id: batch.id))
        }
    }

    /// Every waiter is resumed exactly once: here when it is refused, by the I/O thread when it gets that far.
    private func submit(_ content: PublishSubmission.Content) {
        let (refusal, isFirst) = state.withLock { state -> (AMQPError?, Bool) in
            if let error = state.closed { return (error, false) }
            // Under the same lock as `cancel`, which runs after the flag was set: one of the two sees the other.
            if Task.isCancelled { return (Self.cancelled, false) }
            let isFirst = state.intake.submissions.isEmpty
            if isFirst { state.deadline = ContinuousClock.now + timeout }
            state.intake.submissions.append(PublishSubmission(content: content, deadline: state.deadline))
            return (nil, isFirst)
        }
        if let refusal {
            PublishSubmission(content: content, deadline: .now).refuse(refusal)
        } else if isFirst {
            // Whoever comes next finds the thread woken already.
            wake()
        }
    }

    private func cancel(_ key: PublishWaiter.Key) {
        state.withLock { state in
            guard state.closed == nil else { return }
            state.intake.cancelled.append(key)
        }
        wake()
    }

    static let cancelled = AMQPError(.cancelled, "the publishing task was cancelled while it waited")

    /// The reason of the broker's alarm, while there is one.
    var blockedReason: String? { state.withLock { $0.blockedReason } }
}

// MARK: - The I/O thread's side

extension PublishLane {
    /// Takes all that has gathered; `intake` must be empty and lends its memory.
    func take(into intake: inout Intake) {
        state.withLock { state in
            guard !state.intake.isEmpty else { return }
            swap(&state.intake, &intake)
        }
    }

    func setBlocked(reason: String?) {
        state.withLock { $0.blockedReason = reason }
    }

    /// The connection is gone: whatever comes later is refused at once. Returns what had not been taken over.
    func close(_ error: AMQPError) -> [PublishSubmission] {
        state.withLock { state in
            state.closed = error
            state.blockedReason = nil
            defer { state.intake = Intake() }
            return state.intake.submissions
        }
    }
}
