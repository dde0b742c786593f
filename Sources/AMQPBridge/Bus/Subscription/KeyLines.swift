import DequeModule

/// Which keys have events waiting outside the queue, and in which order these are to be handled. Pure.
///
/// When an event fails and climbs the ladder, its key gets a line with that event at its head. Later events of the key
/// join the line's end and wait, uncounted, on the same rung. An event that comes back is handled only when it is the
/// head; otherwise it waits once more. When the head is through (handled, or a dead letter) the next one is the head;
/// a key whose line is empty is free again. So the order holds whatever the rungs do, and other keys are not held up.
///
/// It lives in memory: after a crash the order of what was waiting is not kept.
struct KeyLines {
    enum Turn: Equatable {
        case now
        /// On this step of the ladder.
        case waiting(step: Int)
    }

    private struct Line {
        var ids: Deque<String> = []
        var members: Set<String> = []
        /// Where the head waits. The next head has not failed, so the newcomers behind it wait on the shortest rung.
        var step = 0
        /// When the head should have come back at the latest. A copy that somebody deleted must not hold its key for ever.
        var due = Duration.zero
    }

    /// Events waiting, of all keys. Beyond this the order is no longer kept: memory has a limit.
    static let limit = 100_000
    /// How much later than its time an event may come back.
    private static let slack = Duration.seconds(60)

    private let ladder: RetryLadder
    private var lines: [String: Line] = [:]
    private(set) var count = 0

    init(ladder: RetryLadder) { self.ladder = ladder }

    var isEmpty: Bool { lines.isEmpty }

    /// Whether this event of the key may be handled now; if not, it has joined the line.
    mutating func turn(of id: String, key: String, at now: Duration) -> Turn {
        guard var line = lines[key] else { return .now }
        while let head = line.ids.first, head != id, now > line.due {
            drop(head, from: &line)
            line.due = dueTime(step: ladder.steps.count - 1, now)
        }
        guard let head = line.ids.first else {
            lines[key] = nil
            return .now
        }
        if head != id, !line.members.contains(id) {
            guard count < Self.limit else { return .now }
            append(id, to: &line)
        }
        lines[key] = line
        return head == id ? .now : .waiting(step: line.step)
    }

    /// The event failed and waits on this step.
    mutating func climbs(_ id: String, key: String, step: Int, at now: Duration) {
        var line = lines[key] ?? Line()
        if line.ids.first != id {
            // Nobody of its key was waiting when it was handled, or the limit was reached.
            guard line.ids.isEmpty, count < Self.limit else { return }
            append(id, to: &line)
        }
        line.step = step
        line.due = dueTime(step: step, now)
        lines[key] = line
    }

    /// The event was handled, or is a dead letter.
    mutating func ends(_ id: String, key: String, at now: Duration) {
        guard var line = lines[key], line.ids.first == id else { return }
        drop(id, from: &line)
        line.step = 0
        line.due = dueTime(step: ladder.steps.count - 1, now)
        lines[key] = line.ids.isEmpty ? nil : line
    }

    private func dueTime(step: Int, _ now: Duration) -> Duration {
        let longest = ladder.steps.prefix(max(0, step) + 1).map(\.milliseconds).max() ?? 0
        return now + .milliseconds(longest) + Self.slack
    }

    private mutating func append(_ id: String, to line: inout Line) {
        line.ids.append(id)
        line.members.insert(id)
        count += 1
    }

    private mutating func drop(_ head: String, from line: inout Line) {
        line.ids.removeFirst()
        line.members.remove(head)
        count -= 1
    }
}
