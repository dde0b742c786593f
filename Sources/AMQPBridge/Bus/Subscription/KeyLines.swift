import DequeModule

/// Which keys have events waiting outside the queue, and in which order these are to be handled. Pure.
///
/// When an event fails and climbs the ladder, its key gets a line with that event at its head. Later events of the key
/// join the line's end and wait, uncounted, on the same rung. An event that comes back is handled only when it is the
/// head; otherwise it waits once more. When the head is through (handled, or a dead letter) the next one is the head;
/// a key whose line is empty is free again. So the order holds whatever the rungs do, and other keys are not held up.
///
/// A copy that somebody deleted must not hold its key for ever. The time alone does not tell that it is gone: it may
/// stand in the queue behind a long backlog. But queues keep the order, so it is gone when another one of its key has
/// come back that went into the queue well after it. (Of an event that came twice the copies cannot be told apart: with
/// a long backlog besides, such a key may lose its order.)
///
/// It lives in memory: after a crash the order of what was waiting is not kept.
struct KeyLines {
    enum Turn: Equatable {
        case now
        /// On this step of the ladder.
        case waiting(step: Int)
    }

    private struct Return {
        /// When it goes into the queue again.
        var time: Duration
        /// To the queue's end. What is merely given back may be handed out before what has been there for longer.
        var isToTheEnd: Bool
    }

    private struct Line {
        var ids: Deque<String> = []
        var returns: [String: Return] = [:]
        /// Where the head waits. The next head has not failed, so the newcomers behind it wait on the shortest rung.
        var step = 0
    }

    /// Events waiting, of all keys. Beyond this the order is no longer kept: memory has a limit.
    static let limit = 100_000
    /// How much later than its time an event may go into the queue.
    private static let slack = Duration.seconds(60)

    private let ladder: RetryLadder
    private var lines: [String: Line] = [:]
    private(set) var count = 0

    init(ladder: RetryLadder) { self.ladder = ladder }

    var isEmpty: Bool { lines.isEmpty }

    /// Whether this event of the key may be handled now; if not, it has joined the line.
    mutating func turn(of id: String, key: String, at now: Duration) -> Turn {
        // Taken out, because a copy of a long line would cost its length.
        guard var line = lines.removeValue(forKey: key) else { return .now }
        defer { lines[key] = line }
        while let head = line.ids.first, head != id, isGone(head, from: line, seenBy: id, now) {
            drop(head, from: &line)
        }
        guard line.ids.first != id else { return .now }
        if line.returns[id] == nil {
            guard count < Self.limit else { return .now }
            line.ids.append(id)
            count += 1
        }
        line.returns[id] = Return(time: now + time(of: line.step), isToTheEnd: true)
        return .waiting(step: line.step)
    }

    /// The event failed and waits on this step.
    mutating func climbs(_ id: String, key: String, step: Int, at now: Duration) {
        guard join(id, key: key, Return(time: now + time(of: step), isToTheEnd: true), isFirst: true) else { return }
        lines[key]?.step = step
    }

    /// The event goes back to the queue, where others that came after it may be handed out before.
    mutating func goesBack(_ id: String, key: String, at now: Duration) {
        _ = join(id, key: key, Return(time: now, isToTheEnd: false), isFirst: false)
    }

    /// The event was handled, or is a dead letter.
    mutating func ends(_ id: String, key: String) {
        guard lines[key]?.ids.first == id, var line = lines.removeValue(forKey: key) else { return }
        drop(id, from: &line)
        if !line.ids.isEmpty { lines[key] = line }
    }

    /// Makes it wait in the line, unless there is no ladder to wait on or no room.
    ///
    /// - Returns: whether it is the head.
    private mutating func join(_ id: String, key: String, _ place: Return, isFirst: Bool) -> Bool {
        guard !ladder.steps.isEmpty else { return false }
        if lines[key]?.returns[id] == nil, count >= Self.limit { return false }
        var line = lines.removeValue(forKey: key) ?? Line()
        if line.returns[id] == nil {
            // Handled when its turn was, but what followed from it failed: it is still before those that wait.
            if isFirst { line.ids.prepend(id) } else { line.ids.append(id) }
            count += 1
        }
        line.returns[id] = place
        lines[key] = line
        return line.ids.first == id
    }

    private func isGone(_ head: String, from line: Line, seenBy id: String, _ now: Duration) -> Bool {
        guard let own = line.returns[id], own.isToTheEnd, own.time <= now, let heads = line.returns[head] else {
            return false
        }
        return own.time > heads.time + Self.slack
    }

    private func time(of step: Int) -> Duration {
        ladder.steps.indices.contains(step) ? .milliseconds(ladder.steps[step].milliseconds) : .zero
    }

    private mutating func drop(_ head: String, from line: inout Line) {
        line.ids.removeFirst()
        line.returns[head] = nil
        line.step = 0
        count -= 1
    }
}
