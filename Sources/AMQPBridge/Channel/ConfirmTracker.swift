import DequeModule

/// Which publishings wait for the broker's word, by their tag. Pure: no socket, no lock.
///
/// The broker counts a channel's publishings from 1 and confirms them in any order, one by one or up to a tag
/// (RabbitMQ, "Publisher Confirms"). An unroutable mandatory message is returned first and confirmed afterwards, so a
/// return only marks its publishing; the confirm that follows resolves it as unroutable.
package struct ConfirmTracker<Waiter> {
    /// Nil waiter: resolved while an older one still waits.
    private struct Slot {
        var waiter: Waiter?
        /// Nil when it cannot be returned, because it is not mandatory.
        var returnKey: ReturnKey?
        var isReturned = false
    }

    /// One deadline for all tags up to `last`. Those published together share it, so there are few.
    private struct Deadline {
        var last: UInt64
        var instant: ContinuousClock.Instant
    }

    package typealias Resolved = (waiter: Waiter, outcome: PublishOutcome)

    /// Slot 0 is `firstTag`.
    private var slots: Deque<Slot> = []
    private var deadlines: Deque<Deadline> = []
    private var firstTag: UInt64 = 1
    /// How many wait.
    private(set) var count = 0

    package init() {}

    var nextTag: UInt64 { firstTag + UInt64(slots.count) }

    /// Registers the next publishing. Call this before its bytes can leave: the confirm may be faster than the caller.
    /// Deadlines must not go back from tag to tag.
    package mutating func register(_ waiter: Waiter, returnKey: ReturnKey?, deadline: ContinuousClock.Instant) {
        let tag = nextTag
        if let last = deadlines.indices.last, deadlines[last].instant == deadline {
            deadlines[last].last = tag
        } else {
            deadlines.append(Deadline(last: tag, instant: deadline))
        }
        slots.append(Slot(waiter: waiter, returnKey: returnKey))
        count += 1
    }

    /// The broker's ack or nack. Tags it has no business naming are ignored.
    package mutating func resolve(upTo tag: UInt64, multiple: Bool, isAck: Bool, into resolved: inout [Resolved]) {
        if multiple {
            // Tag 0 with `multiple` means all (AMQP 0-9-1, basic.ack).
            let last = tag == 0 ? nextTag - 1 : min(tag, nextTag - 1)
            guard last >= firstTag else { return }
            while firstTag <= last, let slot = slots.popFirst() {
                firstTag += 1
                settle(slot, isAck: isAck, into: &resolved)
            }
        } else {
            guard tag >= firstTag, tag < nextTag else { return }
            let index = Int(tag - firstTag)
            settle(slots[index], isAck: isAck, into: &resolved)
            slots[index].waiter = nil
        }
        dropSettledPrefix()
    }

    /// Marks the oldest publishing of that key which has not been returned yet.
    mutating func markReturned(_ key: ReturnKey) {
        let index = slots.firstIndex { $0.waiter != nil && $0.returnKey == key && !$0.isReturned }
        guard let index else { return }
        slots[index].isReturned = true
    }

    /// Takes out everything that waits, because the connection is gone.
    mutating func failAll(_ error: AMQPError) -> [Resolved] { remove(error: error) { _ in true } }

    /// Takes out what has waited past its deadline. The tags stay counted: a late confirm must not hit a neighbour.
    mutating func expire(at now: ContinuousClock.Instant, error: AMQPError) -> [Resolved] {
        guard let last = deadlines.last(where: { $0.instant <= now })?.last, last >= firstTag else { return [] }
        return remove(upTo: last, error: error) { _ in true }
    }

    /// Takes out what matches, as unknown: it may have been sent.
    mutating func remove(error: AMQPError, where matches: (Waiter) -> Bool) -> [Resolved] {
        remove(upTo: nextTag - 1, error: error, where: matches)
    }

    /// When the oldest publishing's time is up.
    var nextDeadline: ContinuousClock.Instant? { slots.isEmpty ? nil : deadlines.first?.instant }

    private mutating func remove(upTo last: UInt64, error: AMQPError, where matches: (Waiter) -> Bool) -> [Resolved] {
        var resolved: [Resolved] = []
        for index in slots.indices.prefix(Int(last + 1 - firstTag)) {
            guard let waiter = slots[index].waiter, matches(waiter) else { continue }
            slots[index].waiter = nil
            count -= 1
            resolved.append((waiter, .unknown(error)))
        }
        dropSettledPrefix()
        return resolved
    }

    private mutating func settle(_ slot: Slot, isAck: Bool, into resolved: inout [Resolved]) {
        guard let waiter = slot.waiter else { return }
        count -= 1
        resolved.append((waiter, !isAck ? .nacked : slot.isReturned ? .unroutable : .confirmed))
    }

    private mutating func dropSettledPrefix() {
        while let first = slots.first, first.waiter == nil {
            slots.removeFirst()
            firstTag += 1
        }
        while let first = deadlines.first, first.last < firstTag { deadlines.removeFirst() }
    }
}
