/// Whether what we send arrives. Pure.
///
/// A path may fail one way only: the broker's heartbeats come, and it hears nothing of ours. It drops such a connection
/// itself, but only after two to three heartbeats (RabbitMQ looks once in each). So who has had no answer for half a
/// heartbeat asks for one, and whose question is not answered for one and a quarter is alone, and knows it within the two
/// heartbeats that are promised.
///
/// Slow is not dead: the answer may be on its way behind other traffic, and the question behind what we wrote before.
struct AnswerWatch {
    enum Turn: Equatable {
        case ask
        case wait(until: MonotonicInstant)
        case dead
    }

    /// With very short heartbeats an answer has longer than they say: a broker may be busy.
    private static let leastPatience = Nanoseconds.seconds(2)
    /// What we wrote may travel as slowly as this, in bytes: a message of 1 MiB within 16 s.
    private static let leastPace = 65_536

    /// A heartbeat's, in bytes; every other frame is larger.
    private static let leastFrame = MessageLimits.frameOverhead

    /// Negotiated.
    var heartbeat = Nanoseconds.zero
    private var answered: MonotonicInstant
    private var asked: MonotonicInstant?
    private var lastTraffic: MonotonicInstant
    /// Bytes that were read and are no heartbeat, or not yet a whole one.
    private var unexplained = 0
    /// Bytes since the last answer.
    private var written = 0
    private var isAnswered = false
    private var isBlocked = false

    init(at now: MonotonicInstant) {
        answered = now
        lastTraffic = now
    }

    /// Something came that the broker sends only in answer to something of ours. Counts from the next turn on.
    mutating func noteAnswer() { isAnswered = true }

    /// So many bytes came. What is more than heartbeats may have the answer behind it: that is late, then, and not lost.
    mutating func noteRead(_ bytes: Int, at now: MonotonicInstant) {
        unexplained += bytes
        guard unexplained >= Self.leastFrame else { return }
        lastTraffic = now
        unexplained = 0
    }

    /// Of these bytes so many were a heartbeat.
    mutating func noteHeartbeat(_ bytes: Int) { unexplained -= bytes }

    mutating func noteWritten(_ bytes: Int) { written += bytes }

    /// A blocked connection's broker does not read, and says so: it is asked nothing.
    mutating func setBlocked(_ isBlocked: Bool) {
        self.isBlocked = isBlocked
        noteAnswer()
    }

    private var patience: Nanoseconds {
        max(heartbeat * 5 / 4, Self.leastPatience) + .milliseconds(written * 1000 / Self.leastPace)
    }

    mutating func turn(at now: MonotonicInstant) -> Turn {
        if isAnswered || isBlocked {
            answered = now
            asked = nil
            written = 0
            unexplained = 0
            isAnswered = false
        }
        if let asked {
            let end = max(asked, lastTraffic) + patience
            return now < end ? .wait(until: end) : .dead
        }
        let due = answered + heartbeat / 2
        guard now >= due else { return .wait(until: due) }
        asked = now
        return .ask
    }
}
