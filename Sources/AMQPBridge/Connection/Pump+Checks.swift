// What the I/O thread waits for, and what it looks at when the time has come.
extension Pump {
    /// Under a load of deliveries the thread works in ticks instead of at every event, too: see `ConfirmPace`. A tick grows
    /// with the load, so that a little is served at once.
    private enum Tick {
        /// So many deliveries in one read are a backlog.
        static let fromDeliveries = 8
        static let perDelivery = Nanoseconds.microseconds(50)
        static let longest = Nanoseconds.milliseconds(1)
    }

    /// Between the visits that publishers rely on.
    private static let visitInterval = Nanoseconds.milliseconds(50)

    mutating func interest(_ wire: borrowing CConnection) throws(AMQPError) -> ConnectionThread.Interest {
        let rest = rest()
        isResting = rest > .zero
        if !isResting || now >= nextChecks { nextChecks = try check(wire) }
        return ConnectionThread.Interest(
            descriptor: wire.descriptor, wantsToWrite: !output.isEmpty, timeout: max(.zero, nextChecks - now),
            pause: rest)
    }

    private mutating func rest() -> Nanoseconds {
        guard output.isEmpty else { return .zero }
        if deliveriesOfLastRead >= Tick.fromDeliveries {
            return min(Tick.perDelivery * deliveriesOfLastRead, Tick.longest)
        }
        return confirmPace.rest(unconfirmed: window.count, confirmed: window.settled, at: now)
    }

    /// Looks at everything that has a time; returns when to look again. Between two rests that may be later.
    private mutating func check(_ wire: borrowing CConnection) throws(AMQPError) -> MonotonicInstant {
        var next = window.expire(at: now, blockedReason: lane.blockedReason) ?? now + .seconds(3600)
        if let deadline = intake.nextDeadline {
            lane.expire(at: now)
            next = min(next, max(now, deadline))
        }
        next = min(next, dropCancelled() ?? next)
        if isVisitNear { next = min(next, now + Self.visitInterval) }
        if heartbeat > .zero { next = min(next, try checkPeer(wire)) }
        if let consumer, consumer.needsTurns { next = min(next, settlementPace.nextLook(at: now)) }
        return next
    }

    /// Ends the waits of tasks that were cancelled; returns when to look again.
    private mutating func dropCancelled() -> MonotonicInstant? {
        guard !window.isIdle || intake.nextDeadline != nil else {
            cancellations.stop()
            return nil
        }
        if cancellations.isDue(at: now) {
            window.dropCancelled()
            lane.dropCancelled()
        }
        return cancellations.nextLook
    }

    /// Gives a sign of life and asks for one where it is time to; returns when to look again.
    ///
    /// - Throws: when nothing comes from the broker any more, or nothing of ours gets there.
    private mutating func checkPeer(_ wire: borrowing CConnection) throws(AMQPError) -> MonotonicInstant {
        // AMQP 0-9-1, 4.2.7: silent for two intervals is dead; our own sign of life at half an interval.
        guard now < lastRead + heartbeat * 2 else {
            throw AMQPError(.connectionLost, "nothing from the broker within two heartbeats")
        }
        var next = lastRead + heartbeat * 2
        switch answers.turn(at: now) {
        case .ask:
            output.appendQuestion()
            try writeAll(wire)
        case .wait(let time): next = min(next, time)
        case .dead: throw AMQPError(.connectionLost, "no answer from the broker within two heartbeats")
        }
        if now >= lastWrite + heartbeat / 2 && output.isEmpty {
            output.appendHeartbeat()
            try writeAll(wire)
        }
        return min(next, max(lastWrite + heartbeat / 2, now + .milliseconds(500)))
    }
}
