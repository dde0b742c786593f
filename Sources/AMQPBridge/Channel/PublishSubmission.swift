/// A run of publishings whose bytes are on their way: whom to tell, and until when.
struct PublishEntry {
    var waiter: PublishWaiter
    /// Which of the waiter's.
    var indices: Range<Int>
    var deadline: MonotonicInstant
}

/// One call of `publish` that found no room: what to send, whom to tell, until when.
struct PublishSubmission {
    let publishings: [Publishing]
    let waiter: PublishWaiter
    let deadline: MonotonicInstant
    /// How many of them have been taken.
    private(set) var taken: Int

    init(_ publishings: [Publishing], from taken: Int = 0, _ waiter: PublishWaiter, deadline: MonotonicInstant) {
        self.publishings = publishings
        self.taken = taken
        self.waiter = waiter
        self.deadline = deadline
    }

    var isDone: Bool { taken == publishings.count }

    /// So many more have been sent or refused.
    mutating func advance(by count: Int) { taken += count }

    /// Ends the waits for all that has not been sent, as unknown.
    func refuse(_ error: AMQPError) { waiter.resume(taken..<publishings.count, .unknown(error)) }
}
