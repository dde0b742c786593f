/// Whether what we send arrives. Pure.
///
/// A path may fail one way only: the broker's heartbeats come, and it hears nothing of ours. It drops such a connection
/// itself, but only after two to three heartbeats (RabbitMQ looks once in each). So who has had no answer for half a
/// heartbeat asks for one, and whose question is not answered for one and a half is alone: two heartbeats after the last
/// answer, as with a peer that is silent.
struct AnswerWatch {
    enum Turn: Equatable {
        case ask
        case wait(until: ContinuousClock.Instant)
        case dead
    }

    /// Negotiated.
    var heartbeat = Duration.zero
    private var answered: ContinuousClock.Instant
    private var asked: ContinuousClock.Instant?
    private var isAnswered = false
    private var isBlocked = false

    init(at now: ContinuousClock.Instant) { answered = now }

    /// Something came that the broker sends only in answer to something of ours. Counts from the next turn on.
    mutating func noteAnswer() { isAnswered = true }

    /// A blocked connection's broker does not read, and says so: it is asked nothing.
    mutating func setBlocked(_ isBlocked: Bool) {
        self.isBlocked = isBlocked
        noteAnswer()
    }

    mutating func turn(at now: ContinuousClock.Instant) -> Turn {
        if isAnswered || isBlocked {
            answered = now
            asked = nil
            isAnswered = false
        }
        if let asked {
            let end = asked + heartbeat * 3 / 2
            return now < end ? .wait(until: end) : .dead
        }
        let due = answered + heartbeat / 2
        guard now >= due else { return .wait(until: due) }
        asked = now
        return .ask
    }
}
