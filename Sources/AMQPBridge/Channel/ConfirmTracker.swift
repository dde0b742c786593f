import DequeModule

/// Which publishings wait for the broker's word, by their tag. Pure: no socket, no lock.
///
/// The broker counts a channel's publishings from 1 and confirms them in any order, one by one or up to a tag
/// (RabbitMQ, "Publisher Confirms"). An unroutable mandatory message is returned first and confirmed afterwards, so a
/// return only marks its publishing; the confirm that follows resolves it as unroutable.
struct ConfirmTracker<Waiter> {
    struct Pending {
        var waiter: Waiter
        /// Nil when it cannot be returned, because it is not mandatory.
        var returnKey: ReturnKey?
        var deadline: ContinuousClock.Instant
        var isReturned = false
    }

    typealias Resolved = (waiter: Waiter, outcome: PublishOutcome)

    /// Slot 0 is `firstTag`; nil: resolved while an older one still waits.
    private var slots: Deque<Pending?> = []
    private var firstTag: UInt64 = 1
    /// How many wait.
    private(set) var count = 0

    var nextTag: UInt64 { firstTag + UInt64(slots.count) }

    /// Registers the next publishing. Call this before its bytes can leave: the confirm may be faster than the caller.
    mutating func register(_ waiter: Waiter, returnKey: ReturnKey?, deadline: ContinuousClock.Instant) {
        slots.append(Pending(waiter: waiter, returnKey: returnKey, deadline: deadline))
        count += 1
    }

    /// The broker's ack or nack. Tags it has no business naming are ignored.
    mutating func resolve(upTo tag: UInt64, multiple: Bool, isAck: Bool, into resolved: inout [Resolved]) {
        if multiple {
            // Tag 0 with `multiple` means all (AMQP 0-9-1, basic.ack).
            let last = tag == 0 ? nextTag - 1 : min(tag, nextTag - 1)
            guard last >= firstTag else { return }
            for index in 0..<Int(last - firstTag + 1) { settle(index, isAck: isAck, into: &resolved) }
        } else {
            guard tag >= firstTag, tag < nextTag else { return }
            settle(Int(tag - firstTag), isAck: isAck, into: &resolved)
        }
        dropSettledPrefix()
    }

    /// Marks the oldest publishing of that key which has not been returned yet.
    mutating func markReturned(_ key: ReturnKey) {
        let index = slots.firstIndex { $0.map { $0.returnKey == key && !$0.isReturned } ?? false }
        guard let index else { return }
        slots[index]?.isReturned = true
    }

    /// Takes out everything that waits, because the connection is gone.
    mutating func failAll(_ error: AMQPError) -> [Resolved] {
        let resolved = slots.compactMap { slot in slot.map { ($0.waiter, PublishOutcome.unknown(error)) } }
        firstTag = nextTag
        slots.removeAll()
        count = 0
        return resolved
    }

    /// Takes out what has waited past its deadline. The tags stay counted: a late confirm must not hit a neighbour.
    mutating func expire(at now: ContinuousClock.Instant, error: AMQPError) -> [Resolved] {
        remove(error: error) { $0.deadline <= now }
    }

    /// Takes out what matches, as unknown: it may have been sent.
    mutating func remove(error: AMQPError, where matches: (Pending) -> Bool) -> [Resolved] {
        var resolved: [Resolved] = []
        for index in slots.indices {
            guard let pending = slots[index], matches(pending) else { continue }
            slots[index] = Pending?.none
            count -= 1
            resolved.append((pending.waiter, .unknown(error)))
        }
        dropSettledPrefix()
        return resolved
    }

    /// When the oldest publishing's time is up. Deadlines grow with the tags, as all use the same time-out.
    var nextDeadline: ContinuousClock.Instant? { slots.first??.deadline }

    private mutating func settle(_ index: Int, isAck: Bool, into resolved: inout [Resolved]) {
        guard let pending = slots[index] else { return }
        slots[index] = Pending?.none
        count -= 1
        let outcome: PublishOutcome = !isAck ? .nacked : pending.isReturned ? .unroutable : .confirmed
        resolved.append((pending.waiter, outcome))
    }

    private mutating func dropSettledPrefix() {
        while let first = slots.first, first == nil {
            slots.removeFirst()
            firstTag += 1
        }
    }
}
