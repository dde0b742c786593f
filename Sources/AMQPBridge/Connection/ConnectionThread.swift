import Glibc
import Synchronization

/// The one thread of one connection: the actor's executor and the socket's pump at once.
///
/// Jobs of the actor and the pump take turns here and nowhere else, so the compiler's actor isolation is what keeps
/// librabbitmq, which is not thread-safe, on a single thread. The thread sleeps in `poll` on the socket and on a pipe;
/// `wake()` writes to the pipe only when the thread really sleeps, so a burst costs one wake-up.
final class ConnectionThread: SerialExecutor {
    /// What its owner wants to be woken for.
    struct Interest {
        var descriptor: Int32
        var wantsToWrite: Bool
        var timeout: Nanoseconds
        /// Not zero: take a rest of so long without listening to anything, then read and write what has gathered.
        var pause: Nanoseconds = .zero
    }

    /// Whose thread this is. An object, not a closure, which would be wrapped anew for every turn.
    protocol Owner: AnyObject, Sendable {
        /// Called on the thread: does what can be done now and says what to wait for; nil when there is no socket any more.
        func takeTurn(isReadable: Bool) -> Interest?
    }

    private struct Queue {
        var jobs: [UnownedJob] = []
        weak var owner: (any Owner)?
        var isStopped = false
    }

    private enum Phase {
        static let running = 0
        static let sleeping = 1
        static let signalled = 2
    }

    private let queue = Mutex(Queue())
    private let phase = Atomic<Int>(Phase.running)
    private let thread = Atomic<UInt>(0)
    private let wakeUp: (read: Int32, write: Int32)

    /// Starts the thread. It runs until `stop()`.
    ///
    /// - Parameter stackSize: in bytes; the system's default depends on the shell's limits.
    init(stackSize: Int) throws(AMQPError) {
        var ends: (Int32, Int32) = (-1, -1)
        let status = withUnsafeMutableBytes(of: &ends) {
            pipe($0.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard status == 0 else {
            throw AMQPError(.connectionLost, "no pipe for a connection: \(String(cString: strerror(errno)))")
        }
        wakeUp = ends
        for end in [ends.0, ends.1] {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        var handle = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        // The thread keeps its object alive; `stop()` ends both.
        let retained = Unmanaged.passRetained(self)
        let created = pthread_create(
            &handle, &attributes,
            { raw in
                guard let raw else { return nil }
                let thread = Unmanaged<ConnectionThread>.fromOpaque(raw).takeRetainedValue()
                thread.run()
                return nil
            }, retained.toOpaque())
        guard created == 0 else {
            retained.release()
            throw AMQPError(.connectionLost, "no thread for a connection: \(String(cString: strerror(created)))")
        }
        pthread_detach(handle)
    }

    deinit {
        Glibc.close(wakeUp.read)
        Glibc.close(wakeUp.write)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.withLock { $0.jobs.append(job) }
        wake()
    }

    /// True on the thread itself. The runtime asks for it when somebody assumes to be on it.
    func isIsolatingCurrentContext() -> Bool? {
        thread.load(ordering: .acquiring) == UInt(pthread_self())
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the connection's thread")
    }

    /// From now on its owner takes a turn after every wake-up, as long as somebody else holds it.
    func attach(_ owner: any Owner) {
        queue.withLock { $0.owner = owner }
        wake()
    }

    /// Ends the thread once its jobs are done. Nothing may be enqueued afterwards.
    func stop() {
        queue.withLock {
            $0.isStopped = true
            $0.owner = nil
        }
        wake()
    }

    /// Makes the thread take another turn soon. Cheap when it is awake already.
    func wake() {
        guard phase.exchange(Phase.signalled, ordering: .acquiringAndReleasing) == Phase.sleeping else { return }
        var byte: UInt8 = 1
        _ = Glibc.write(wakeUp.write, &byte, 1)
    }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .releasing)
        var isReadable = false
        var jobs: [UnownedJob] = []
        while true {
            phase.store(Phase.running, ordering: .sequentiallyConsistent)
            let isStopped = queue.withLock { queue in
                swap(&jobs, &queue.jobs)
                return queue.isStopped
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            let hadJobs = !jobs.isEmpty
            jobs.removeAll(keepingCapacity: true)
            if isStopped {
                // Its wake-up may be spent: never sleep again.
                if hadJobs { continue }
                return
            }
            let interest = takeTurn(isReadable)
            if let pause = interest?.pause, pause > .zero {
                // Still `running` for `wake()`: whoever leaves work meanwhile pays no system call.
                usleep(UInt32(clamping: pause.count / 1000))
                isReadable = true
            } else {
                isReadable = sleep(interest)
            }
        }
    }

    /// A function of its own, so that the owner is held for the turn only and not while the thread sleeps.
    @inline(never)
    private func takeTurn(_ isReadable: Bool) -> Interest? {
        queue.withLock { $0.owner }?.takeTurn(isReadable: isReadable)
    }

    /// Waits for the socket, a wake-up or the time-out; returns whether the socket can be read.
    private func sleep(_ interest: Interest?) -> Bool {
        let slept = phase.compareExchange(
            expected: Phase.running, desired: Phase.sleeping, ordering: .acquiringAndReleasing)
        // Work arrived in the meantime: only look whether the socket has something, do not wait.
        let timeout = slept.exchanged ? Self.milliseconds(interest?.timeout) : 0
        let events = Int16(POLLIN) | (interest?.wantsToWrite == true ? Int16(POLLOUT) : 0)
        var descriptors = (
            pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
            // A negative descriptor is skipped by poll.
            pollfd(fd: interest?.descriptor ?? -1, events: events, revents: 0)
        )
        let ready = withUnsafeMutableBytes(of: &descriptors) {
            poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeout)
        }
        guard ready > 0 else { return false }
        if descriptors.0.revents != 0 { drainWakeUps() }
        return descriptors.1.revents & ~Int16(POLLOUT) != 0
    }

    private func drainWakeUps() {
        var bytes: (UInt64, UInt64) = (0, 0)
        _ = withUnsafeMutableBytes(of: &bytes) { Glibc.read(wakeUp.read, $0.baseAddress, $0.count) }
    }

    private static func milliseconds(_ span: Nanoseconds?) -> Int32 {
        guard let span else { return -1 }
        // Rounded up, so that a deadline has passed when the thread wakes for it.
        return Int32(clamping: (span.count + 999_999) / 1_000_000)
    }
}
