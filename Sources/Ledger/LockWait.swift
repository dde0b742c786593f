import Foundation
import Synchronization

/// A call that waits in the kernel for somebody else, on a thread of its own.
///
/// The system lets nobody take such a call back. Who is cancelled leaves the thread behind; what it gets later is let go of
/// at once.
final class LockWait<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, any Error>)
        case over
    }

    private let state = Mutex(State.idle)

    private init() {}

    /// - Throws: what the call throws; `CancellationError`.
    static func run(_ call: @escaping @Sendable () throws -> Value) async throws -> Value {
        let wait = LockWait()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard wait.begin(continuation) else { return continuation.resume(throwing: CancellationError()) }
                Thread.detachNewThread { wait.end(Result { try call() }) }
            }
        } onCancel: {
            wait.end(.failure(CancellationError()))
        }
    }

    private func begin(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        state.withLock { state in
            guard case .idle = state else { return false }
            state = .waiting(continuation)
            return true
        }
    }

    /// The first end is the one that counts.
    private func end(_ result: Result<Value, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            defer { state = .over }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: result)
    }
}
