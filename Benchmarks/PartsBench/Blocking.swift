import Dispatch
import Measure
import Synchronization

/// Lets the main thread wait for what other threads do.
enum Blocking {
    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let (outcome, isKnown) = (Outcome<Value>(), DispatchSemaphore(value: 0))
        Task.detached {
            let result: Result<Value, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            outcome.result.withLock { $0 = result }
            isKnown.signal()
        }
        isKnown.wait()
        guard let result = outcome.result.withLock({ $0 }) else { throw Wrong(description: "no outcome") }
        return try result.get()
    }
}
