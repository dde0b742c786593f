/// Who is told what became of publishings: a task that waits for its one, or for all of its batch.
///
/// Trivial to copy, as one is moved three times on its way. The batch is kept alive by the call that waits for it.
enum PublishWaiter: Sendable {
    case single(UnsafeContinuation<PublishOutcome, Never>)
    case batch(Unmanaged<PublishBatch>, PublishingTask)

    /// - Parameter indices: in the batch; of a single publishing 0 alone.
    func resume(_ indices: Range<Int>, _ outcome: PublishOutcome) {
        switch self {
        case .single(let continuation): continuation.resume(returning: outcome)
        case .batch(let batch, _): batch.takeUnretainedValue().resolve(indices, outcome)
        }
    }

    /// Said some waiters ahead of `resume`. A task was last at work on another core; to wait for its memory, one waiter after
    /// the other, took a thirteenth of the time of a publishing.
    @inline(__always)
    func prefetch() {
        guard case .single(let continuation) = self else { return }
        PublishingTask(of: continuation).prefetch()
    }

    var isCancelled: Bool {
        switch self {
        case .single(let continuation): PublishingTask(of: continuation).isCancelled
        case .batch(_, let task): task.isCancelled
        }
    }
}

/// The task that waits in a `publish`, to be asked now and then whether it was cancelled.
///
/// A cancellation handler would be told at once, but setting one up and taking it down costs a tenth of a publishing, and
/// hardly any is ever cancelled. Of `UnsafeCurrentTask` only `isCancelled` is used, which may be read on any thread as
/// long as the task lives, and it lives while it waits. Only its bits are kept: the compiler does not know its layout, so
/// everything that holds one is slow to copy.
struct PublishingTask: Sendable {
    private let bits: UInt

    /// The one that is suspended there. A continuation is a pointer to its task, as `UnsafeCurrentTask` is (Swift 6.3's
    /// runtime: `swift_continuation_init` returns the task); a test holds both to it.
    init<Value>(of continuation: UnsafeContinuation<Value, Never>) { bits = unsafeBitCast(continuation, to: UInt.self) }

    var isCancelled: Bool { unsafeBitCast(bits, to: UnsafeCurrentTask.self).isCancelled }

    /// The task's head and its first frames, which lie behind it.
    @inline(__always)
    func prefetch() { Prefetch.lines(6, from: bits) }

    /// True for the task that asks.
    var isCurrent: Bool { withUnsafeCurrentTask { $0.map { unsafeBitCast($0, to: UInt.self) == bits } ?? false } }
}
