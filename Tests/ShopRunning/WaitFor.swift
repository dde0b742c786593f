/// What was waited for did not come in time.
package struct NotInTime: Error, CustomStringConvertible {
    package var description: String

    package init(_ what: String, _ limit: Duration, last: (any Error)?) {
        description = "not within \(limit): \(what)" + (last.map { "; last error: \($0)" } ?? "")
    }
}

/// Asks again and again until there is an answer. Errors count as no answer; the last one is told in the end.
///
/// - Parameter what: what is waited for, as it should stand in a failure.
/// - Throws: `NotInTime` when the deadline passes first, `CancellationError`.
package func waitFor<Answer>(
    _ what: String, within limit: Duration = .seconds(60), every pause: Duration = .milliseconds(100),
    isolation: isolated (any Actor)? = #isolation, _ ask: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + limit
    var last: (any Error)?
    while true {
        do {
            if let answer = try await ask() { return answer }
            last = nil
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            last = error
        }
        guard ContinuousClock.now < deadline else { throw NotInTime(what, limit, last: last) }
        try await Task.sleep(for: pause)
    }
}

/// Waits until something holds.
package func waitFor(
    _ what: String, within limit: Duration = .seconds(60), every pause: Duration = .milliseconds(100),
    isolation: isolated (any Actor)? = #isolation, _ holds: () async throws -> Bool
) async throws {
    try await waitFor(what, within: limit, every: pause) { () async throws -> Void? in
        try await holds() ? () : nil
    }
}
