import DequeModule

/// Which publishings wait for the broker's word, by their tag. Pure: no socket, no lock.
///
/// The broker counts a channel's publishings from 1 and confirms them in any order, one by one or up to a tag
/// (RabbitMQ, "Publisher Confirms"). An unroutable mandatory message is returned first and confirmed afterwards, so a
/// return only marks its publishing; the confirm that follows resolves it as unroutable.
///
/// Those published together are one *run* with one waiter, so that what is done for each message is a store and a look.
package struct ConfirmTracker<Waiter> {
    private enum State: UInt8 {
        case waiting
        case returned
        /// Resolved while an older one still waits.
        case settled
    }

    private struct Slot {
        /// `none` when it cannot be returned, because it is not mandatory.
        var returnKey: ReturnKey
        var state = State.waiting
    }

    private struct Run {
        var waiter: Waiter
        var tags: Range<UInt64>
        /// Which of the waiter's publishings has the first tag.
        var firstIndex: Int
    }

    /// One deadline for all tags up to `last`. Those published together share it, so there are few.
    private struct Deadline {
        var last: UInt64
        var time: MonotonicInstant
    }

    /// Neighbours that have the same outcome; `indices` are the waiter's own.
    package typealias Resolved = (waiter: Waiter, indices: Range<Int>, outcome: PublishOutcome)

    /// Slot 0 is `firstTag`.
    private var slots: Deque<Slot> = []
    /// In the order of their tags, without gaps; the first may have begun before `firstTag`.
    private var runs: Deque<Run> = []
    private var deadlines: Deque<Deadline> = []
    private var firstTag: UInt64 = 1
    /// How many wait.
    private(set) var count = 0

    package init() {}

    var nextTag: UInt64 { firstTag + UInt64(slots.count) }

    /// Registers the next publishings, as many as there are keys. Call this before their bytes can leave: the confirm may
    /// be faster than the caller. Deadlines must not go back from tag to tag.
    ///
    /// - Parameter firstIndex: which of the waiter's publishings is the first of these; they are in a row.
    package mutating func register(
        _ waiter: Waiter, from firstIndex: Int = 0, returnKeys: ArraySlice<ReturnKey>,
        deadline: MonotonicInstant
    ) {
        guard !returnKeys.isEmpty else { return }
        let first = nextTag
        for key in returnKeys { slots.append(Slot(returnKey: key)) }
        runs.append(Run(waiter: waiter, tags: first..<nextTag, firstIndex: firstIndex))
        count += returnKeys.count
        if let last = deadlines.indices.last, deadlines[last].time == deadline {
            deadlines[last].last = nextTag - 1
        } else {
            deadlines.append(Deadline(last: nextTag - 1, time: deadline))
        }
    }

    /// The broker's ack or nack. Tags it has no business naming are ignored.
    package mutating func resolve(upTo tag: UInt64, multiple: Bool, isAck: Bool, into resolved: inout [Resolved]) {
        if multiple {
            // Tag 0 with `multiple` means all (AMQP 0-9-1, basic.ack).
            let end = tag == 0 ? nextTag : min(tag, nextTag - 1) + 1
            guard end > firstTag else { return }
            for run in runs {
                guard run.tags.lowerBound < end else { break }
                settle(run, upTo: end, isAck, into: &resolved)
            }
        } else {
            guard tag >= firstTag, tag < nextTag else { return }
            settle(runs[index(ofRunWith: tag)], from: tag, upTo: tag + 1, isAck, into: &resolved)
        }
        dropSettledPrefix()
    }

    /// Marks the oldest publishing of that key which has not been returned yet.
    mutating func markReturned(_ key: ReturnKey) {
        guard let index = slots.firstIndex(where: { $0.state == .waiting && $0.returnKey == key }) else { return }
        slots[index].state = .returned
    }

    /// Takes out everything that waits, because the connection is gone.
    mutating func failAll(_ error: AMQPError) -> [Resolved] { remove(upTo: nextTag, error: error) { _ in true } }

    /// Takes out what has waited past its deadline. The tags stay counted: a late confirm must not hit a neighbour.
    mutating func expire(at now: MonotonicInstant, error: AMQPError) -> [Resolved] {
        guard let last = deadlines.last(where: { $0.time <= now })?.last, last >= firstTag else { return [] }
        return remove(upTo: last + 1, error: error) { _ in true }
    }

    /// When the oldest publishing's time is up.
    var nextDeadline: MonotonicInstant? { slots.isEmpty ? nil : deadlines.first?.time }

    /// Takes out what matches of the runs that begin before tag `end`, as unknown: it may have been sent.
    mutating func remove(upTo end: UInt64, error: AMQPError, where matches: (Waiter) -> Bool) -> [Resolved] {
        var resolved: [Resolved] = []
        for run in runs {
            guard run.tags.lowerBound < end else { break }
            guard matches(run.waiter) else { continue }
            settle(run, upTo: end, into: &resolved) { _ in .unknown(error) }
        }
        dropSettledPrefix()
        return resolved
    }

    private mutating func settle(
        _ run: Run, from begin: UInt64 = 0, upTo end: UInt64, _ isAck: Bool, into resolved: inout [Resolved]
    ) {
        settle(run, from: begin, upTo: end, into: &resolved) { state in
            !isAck ? .nacked : state == .returned ? .unroutable : .confirmed
        }
    }

    /// Settles what of a run lies within these tags and waits, in stretches of one state.
    private mutating func settle(
        _ run: Run, from begin: UInt64 = 0, upTo end: UInt64, into resolved: inout [Resolved],
        _ outcome: (State) -> PublishOutcome
    ) {
        let base = Int(run.tags.lowerBound) - Int(firstTag) - run.firstIndex
        var index = Int(max(run.tags.lowerBound, begin, firstTag) - firstTag)
        let end = Int(min(run.tags.upperBound, end) - firstTag)
        while index < end {
            let (first, state) = (index, slots[index].state)
            while index < end, slots[index].state == state {
                slots[index].state = .settled
                index += 1
            }
            guard state != .settled else { continue }
            count -= index - first
            resolved.append((run.waiter, first - base..<index - base, outcome(state)))
        }
    }

    private func index(ofRunWith tag: UInt64) -> Int {
        var (low, high) = (0, runs.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].tags.upperBound > tag { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private mutating func dropSettledPrefix() {
        let settled = slots.firstIndex { $0.state != .settled } ?? slots.count
        guard settled > 0 else { return }
        slots.removeFirst(settled)
        firstTag += UInt64(settled)
        while let first = runs.first, first.tags.upperBound <= firstTag { runs.removeFirst() }
        while let first = deadlines.first, first.last < firstTag { deadlines.removeFirst() }
    }
}
