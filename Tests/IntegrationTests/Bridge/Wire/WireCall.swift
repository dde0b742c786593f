import AMQPBridge
import AMQPBridgeTesting
import Testing

/// The calls of one connection, each held to its deadline.
///
/// Beyond the deadline is allowed what the project promises, 250 ms, and what the machine was late by.
struct WireCalls {
    /// Long enough for every call on a clean path, short enough to wait for.
    static let timeout = Duration.milliseconds(600)

    private(set) var longest = Duration.zero
    private(set) var overruns: [String] = []
    /// What the calls ended with, other than success.
    private(set) var failures: [AMQPError] = []

    static func options(_ options: AMQPConfiguration.Options) -> AMQPConfiguration.Options {
        var options = options
        options.connectTimeout = timeout
        options.callTimeout = timeout
        options.publishTimeout = timeout
        options.heartbeat = .seconds(1)
        return options
    }

    mutating func call<Value>(
        _ what: String, within deadline: Duration, _ body: () async throws(AMQPError) -> Value
    ) async -> Value? {
        let start = ContinuousClock.now
        var value: Value?
        do throws(AMQPError) { value = try await body() } catch { failures.append(error) }
        let took = ContinuousClock.now - start
        longest = max(longest, took)
        if took > deadline + MachineLateness.grace(since: start) {
            overruns.append("\(what) took \(took), its deadline is \(deadline)")
        }
        return value
    }
}
