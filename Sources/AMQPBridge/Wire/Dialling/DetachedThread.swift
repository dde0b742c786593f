import Glibc

/// A thread that nobody waits for. What blocks has no place on Swift's own pool.
enum DetachedThread {
    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// - Throws: `unreachable`, when the system has no thread left; it may have one later.
    static func start(_ body: sending @escaping () -> Void) throws(AMQPError) {
        let work = Unmanaged.passRetained(Work(body))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard status == 0 else {
            work.release()
            throw SystemError(number: status).failure("no thread for a connection")
        }
        pthread_detach(handle)
    }
}
