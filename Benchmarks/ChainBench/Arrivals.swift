import AMQPBridge
import Measure
import Synchronization

/// Counts what the ledger has committed, and how long after the order was placed.
final class Arrivals: EventBatchHandler {
    private struct State {
        var latencies: [UInt64] = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let count: Int
    private let handler: any EventBatchHandler
    private let state = Mutex(State())

    init(count: Int, handler: any EventBatchHandler) {
        self.count = count
        self.handler = handler
    }

    var executor: (any TaskExecutor)? { handler.executor }

    func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        let results = try await handler.handle(events)
        let now = monotonicNanoseconds()
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            for case (let event as any ChainEvent, .handled) in zip(events.map(\.event), results) {
                state.latencies.append(now - event.order.placedNs)
            }
            guard state.latencies.count >= count else { return nil }
            return state.waiter.take()
        }
        waiter?.resume()
        return results
    }

    func run(publishingTo publisher: any EventPublisher) async throws {
        try await handler.run(publishingTo: publisher)
    }

    func drain(until deadline: ContinuousClock.Instant) async { await handler.drain(until: deadline) }

    /// Returns when as many have been handled as there are.
    func all() async throws {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.latencies.count < count { state.waiter = continuation }
                return state.latencies.count >= count
            }
            if isDone { continuation.resume() }
        }
    }

    func writeLatencies() throws { try Measured.write(state.withLock { $0.latencies }) }
}
