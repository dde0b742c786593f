import CoreMetrics

/// What looks at every call of a handler from outside: how long it took, and its span.
package final class HandlerInstruments: Sendable {
    private let times: [EventType: Timer]
    private let tracing: EventTracing

    /// - Parameters:
    ///   - types: what handlers are registered for.
    ///   - factory: the backend of the times.
    init(types: some Sequence<EventType>, factory: any MetricsFactory, tracing: EventTracing) {
        self.tracing = tracing
        times = Dictionary(
            uniqueKeysWithValues: Set(types).map { type in
                let dimensions = [("type", type.rawValue)]
                return (type, Timer(label: MetricName.handlerTime.label, dimensions: dimensions, factory: factory))
            })
    }

    func around<Result>(_ context: EventContext, _ call: () throws -> Result) rethrows -> Result {
        let begun = ContinuousClock.now
        defer { note(context.metadata.type, begun: begun) }
        return try tracing.handling(context, call)
    }

    func around<Result>(
        _ context: EventContext, isolation: isolated (any Actor)? = #isolation, _ call: () async throws -> Result
    ) async rethrows -> Result {
        let begun = ContinuousClock.now
        defer { note(context.metadata.type, begun: begun) }
        return try await tracing.handling(context, call)
    }

    private func note(_ type: EventType, begun: ContinuousClock.Instant) {
        let (seconds, attoseconds) = (ContinuousClock.now - begun).components
        (times[type] ?? times[AnyEvent.type])?.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
