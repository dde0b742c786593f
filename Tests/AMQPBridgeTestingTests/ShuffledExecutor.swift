import Dispatch
import Synchronization

/// Runs one job at a time, and of those that wait any: what a busy machine does once in a million runs happens here in
/// a few.
final class ShuffledExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "shuffled")
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        queue.async { self.runAny() }
    }

    private func runAny() {
        let job = jobs.withLock { $0.remove(at: .random(in: $0.indices)) }
        job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
