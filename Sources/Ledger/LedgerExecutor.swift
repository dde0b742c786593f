import Dispatch

/// The ledger's own thread: every use of its database runs here, one after the other.
///
/// Waiting for a disk must not take one of the few threads that all of the process's tasks share. What goes with a use of
/// the database, as the lane that brings its events and the relay that sends its outbox, runs here too: under a light load
/// waking another thread for each step costs more than the step.
final class LedgerExecutor: TaskExecutor {
    private static let key = DispatchSpecificKey<ObjectIdentifier>()

    private let queue = DispatchQueue(label: "ledger")

    init() { queue.setSpecific(key: Self.key, value: ObjectIdentifier(self)) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs it here; from here itself, at once.
    nonisolated(nonsending) func run<Result: Sendable>(
        _ body: @Sendable () throws -> Result
    ) async rethrows -> Result {
        if DispatchQueue.getSpecific(key: Self.key) == ObjectIdentifier(self) { return try body() }
        return try await withTaskExecutorPreference(self, isolation: nil) { try body() }
    }

    /// Runs it here soon.
    func start(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}
