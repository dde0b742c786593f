/// How a service takes its events in.
public struct SubscriptionOptions: Sendable {
    /// Deliveries in hand at most, 1 to 65,535. Default: 256.
    ///
    /// When something waits in the queue already, it is 1 until one delivery that came for the first time is settled: an
    /// event that kills the process on every delivery takes no neighbours along to the broker's delivery limit.
    public var prefetch: UInt16 = 256
    /// Handlers that run at the same time, 1 to 1,024, for handlers that take one event at a time. Default: 1. Events
    /// of one key never run at the same time.
    public var concurrency = 1
    /// How long one call of a handler may take; then its task is cancelled and the call counts as failed. Default (and
    /// sensible maximum): 10 minutes; RabbitMQ ends a consumer that settles nothing for 30.
    ///
    /// A handler that ignores the cancellation for another ten seconds is left behind: its event goes up the ladder and
    /// the next event is handled beside it. For batch handlers there is no such limit; they have their own.
    public var handlerTimeout: Duration = .seconds(600)
    /// So many different events that fail transiently, one after the other and none handled in between, open the
    /// breaker: nothing more is pulled, and one event at a time is tried with growing waits, uncounted. Default: 10.
    public var breakerThreshold = 10
    /// After so long with an open breaker everything in hand goes back to the queue, and events are tried with one in
    /// hand. Default: 10 minutes.
    public var breakerHold: Duration = .seconds(600)
    /// From whom events are believed. Default: nil, from everybody who may publish.
    public var senders: SenderRule?
    /// How long a graceful shutdown may take to finish what is in hand; what is not finished goes back to the queue.
    /// Default: 8 s.
    public var shutdownTimeout: Duration = .seconds(8)

    /// All defaults.
    public init() {}

    /// - Throws: `invalidConfiguration`.
    func check() throws(AMQPError) {
        guard prefetch > 0 else {
            throw AMQPError(
                .invalidConfiguration, "the prefetch must be at least 1: without a limit a backlog fills memory")
        }
        guard (1...1024).contains(concurrency) else {
            throw AMQPError(.invalidConfiguration, "the concurrency must be from 1 to 1,024")
        }
        guard breakerThreshold > 0, handlerTimeout > .zero, breakerHold > .zero, shutdownTimeout >= .zero else {
            throw AMQPError(.invalidConfiguration, "the breaker's threshold and all time limits must be positive")
        }
    }
}
