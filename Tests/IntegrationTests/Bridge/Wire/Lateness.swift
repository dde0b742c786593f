/// How late a task wakes here: what the machine itself adds to every measured time.
///
/// Nothing is forgiven for it; it says whether a late call is worth a look at the bridge or at the machine.
struct Lateness {
    private let task = Task {
        var largest = Duration.zero
        while !Task.isCancelled {
            let due = ContinuousClock.now + .milliseconds(20)
            guard (try? await Task.sleep(until: due)) != nil else { break }
            largest = max(largest, ContinuousClock.now - due)
        }
        return largest
    }

    func stop() async -> Duration {
        task.cancel()
        return await task.value
    }
}
