import AMQPBridge

/// Waits until a condition holds: what tests use instead of sleeping.
///
/// The condition is looked at at once and then again with pauses that grow from 1 ms to 100 ms, and once more at the
/// deadline. It runs where the caller runs. It is not interrupted: give whatever it waits for a time-out of its own.
///
/// ```swift
/// try await eventually("the queue is empty") { try await connection.inspect(queue)?.ready == 0 }
/// ```
///
/// - Parameters:
///   - what: what should become true, for the error: "the queue is empty".
///   - limit: how long to wait for it. Default: 10 s.
/// - Throws: `timeout`, saying what never came true, with the caller's file and line; whatever the condition throws;
///   `CancellationError`.
public func eventually(
    _ what: String,
    within limit: Duration = .seconds(10),
    isolation: isolated (any Actor)? = #isolation,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    var pause = Duration.milliseconds(1)
    while true {
        if try await condition() { return }
        let left = deadline - .now
        guard left > .zero else { break }
        try await Task.sleep(for: min(pause, left))
        pause = min(pause * 2, .milliseconds(100))
    }
    throw AMQPError(.timeout, "never came true within \(limit): \(what)", file: file, line: line)
}
