import Glibc

/// A value behind a lock that many threads want at the same time, each for a moment.
///
/// `Mutex` hands the lock over to whoever has waited longest (on Linux it is a futex with priority inheritance, Swift 6.3):
/// everybody else then waits until that thread is on a core again, message after message. This one spins for a moment, and
/// who comes by takes it. Where threads rarely meet, use `Mutex`.
///
/// Sendable although it holds pointers: it can't be copied, so that both pieces of memory have one owner and live as long as
/// it; a pthread mutex is made to be locked by any thread; and the value is reached through `withLock` alone, which holds
/// it. The value is Sendable itself, so nothing of it that a `body` hands out can be what two threads must not have.
struct AdaptiveLock<Value: ~Copyable & Sendable>: ~Copyable, @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    /// Read and written only by who holds the mutex. Memory of its own, so that no access has to be checked as one to a
    /// class's property is.
    private let value: UnsafeMutablePointer<Value>

    init(_ initial: consuming Value) {
        mutex = .allocate(capacity: 1)
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        // Fails for unknown kinds only.
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ADAPTIVE_NP))
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
        value = .allocate(capacity: 1)
        value.initialize(to: initial)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Not to be called again from within `body`, which must not suspend or block.
    @inline(__always)
    borrowing func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value.pointee)
    }
}
