import DequeModule

/// A settlement as it goes over the wire.
package enum SettlementFrame: Hashable, Sendable {
    case ack(tag: UInt64, multiple: Bool)
    case nack(tag: UInt64, requeue: Bool)
    case reject(tag: UInt64, requeue: Bool)
}

/// Which deliveries are in hand, and the fewest frames that settle the finished ones. Pure: no socket, no lock.
///
/// `multiple` is used only for the settled prefix of the outstanding tags, so it never settles a delivery that somebody
/// still works on; beyond a gap every ack goes alone. Rejections leave before the ack that passes over them.
package struct SettlementTracker {
    private enum Slot {
        case outstanding
        case acked
        /// Its frame has been made.
        case sent
    }

    private var slots: Deque<Slot> = []
    private var firstTag: UInt64 = 1
    private var acked: [UInt64] = []
    private var singles: [SettlementFrame] = []
    /// Deliveries in hand: handed out and not settled.
    private(set) var outstanding = 0

    package init() {}

    /// Settlements that no frame has been made for.
    var unsent: Int { acked.count + singles.count }

    /// The broker numbers a channel's deliveries one after the other; a tag out of turn is refused.
    package mutating func delivered(_ tag: UInt64) throws(AMQPError) {
        guard tag == firstTag + UInt64(slots.count) else {
            throw AMQPError(.protocolViolation, "the broker sent delivery tag \(tag) out of turn")
        }
        slots.append(.outstanding)
        outstanding += 1
    }

    /// Settles once; settling again, or a tag never delivered, does nothing (a second ack would close the channel).
    package mutating func settle(_ tag: UInt64, _ settlement: Settlement) {
        guard tag >= firstTag, tag - firstTag < UInt64(slots.count) else { return }
        let index = Int(tag - firstTag)
        guard case .outstanding = slots[index] else { return }
        outstanding -= 1
        switch settlement {
        case .ack:
            slots[index] = .acked
            acked.append(tag)
        case .requeue:
            slots[index] = .sent
            singles.append(.nack(tag: tag, requeue: true))
        case .reject(let requeue):
            slots[index] = .sent
            singles.append(.reject(tag: tag, requeue: requeue))
        }
    }

    /// The frames for everything settled since the last call, in the order in which they must leave.
    package mutating func takeFrames() -> [SettlementFrame] {
        guard unsent > 0 else { return [] }
        var frames = singles
        singles.removeAll(keepingCapacity: true)
        if let prefix = takePrefix() { frames.append(prefix) }
        for tag in acked where tag >= firstTag {
            slots[Int(tag - firstTag)] = .sent
            frames.append(.ack(tag: tag, multiple: false))
        }
        acked.removeAll(keepingCapacity: true)
        return frames
    }

    private mutating func takePrefix() -> SettlementFrame? {
        var count = 0
        var last: UInt64 = 0
        while let slot = slots.first {
            if case .outstanding = slot { break }
            if case .acked = slot {
                count += 1
                last = firstTag
            }
            slots.removeFirst()
            firstTag += 1
        }
        return count == 0 ? nil : .ack(tag: last, multiple: count > 1)
    }
}
