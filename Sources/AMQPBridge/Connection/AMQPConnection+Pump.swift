import Glibc

// What the I/O thread does at every wake-up: read what is there, write what waits, say what to wait for.
extension AMQPConnection {
    /// When to look for settlements that nobody pressed for: after as long again as the handlers have had, within these
    /// limits. From about sixty events a second on a quick handler's ack leaves with the next delivery, for which the thread
    /// is awake anyway, and a slow handler does not keep it busy.
    private static let settlementDelay = Nanoseconds.milliseconds(16)...Nanoseconds.milliseconds(100)

    /// Under a load of deliveries the thread works in ticks instead of at every event, too: see `ConfirmPace`. A tick grows
    /// with the load, so that a little is served at once.
    private enum Tick {
        /// So many deliveries in one read are a backlog.
        static let fromDeliveries = 8
        static let perDelivery = Nanoseconds.microseconds(50)
        static let longest = Nanoseconds.milliseconds(1)
    }

    /// For a while after publishings the thread comes by at short intervals without being woken, so that a publisher that
    /// has written its message itself need not wake it for the deadline's sake.
    private enum Visits {
        static let during = Nanoseconds.seconds(1)
        static let interval = Nanoseconds.milliseconds(50)
    }

    func turn(isReadable: Bool) -> ConnectionThread.Interest? {
        guard !end.isFinished else { return nil }
        do throws(AMQPError) {
            isVisitNear = MonotonicInstant.now - lastIntake < Visits.during
            if isResting {
                // What has gathered leaves first, and whoever is told something now has the next rest to answer.
                try writeOnce()
                try readAll()
            } else {
                if isReadable { try readAll() }
                try writeAll()
            }
            return try interest(at: .now)
        } catch {
            fail(error)
            return nil
        }
    }

    /// So long at a stretch, at most a read longer: a broker that sends without end does not keep deadlines from being
    /// looked at.
    private static let readingTime = Nanoseconds.milliseconds(10)

    private func readAll() throws(AMQPError) {
        let begin = MonotonicInstant.now
        repeat {
            let count = try wire.receive()
            if count > 0 { lastRead = .now }
            // What the answers are to: publishers may have sent since the last visit. Before a rest they may go on.
            takePublishings(willWrite: !isResting)
            let settled = window.settled
            try acceptAll(&assembler, &arrived)
            answers.noteRead(count, at: lastRead)
            // One wake-up of the handlers for everything a read brought.
            try passOnArrived()
            lane.noteConfirmed(window.settled - settled)
            window.resumeResolved()
            guard count == CConnection.readSize else { break }
        } while lastRead - begin < Self.readingTime
    }

    private func passOnArrived() throws(AMQPError) {
        deliveriesOfLastRead = arrived.count
        guard !arrived.isEmpty else { return }
        guard let consumer else {
            throw AMQPError(.protocolViolation, "the broker sent a delivery, and there is no consumer")
        }
        lastDelivery = .now
        // Handed over, not copied: whoever empties an array that another still looks at pays for both.
        var batch: [Delivery] = []
        batch.reserveCapacity(arrived.count)
        swap(&batch, &arrived)
        try consumer.deliver(batch)
    }

    /// Publishings and settlements that have gathered, in as few writes as the socket allows.
    private func writeAll() throws(AMQPError) {
        repeat {
            guard try writeOnce() else { return }
        } while output.isEmpty
    }

    /// False when there was nothing.
    @discardableResult
    private func writeOnce() throws(AMQPError) -> Bool {
        gatherOutput()
        if output.isEmpty { return false }
        let count = try output.withUnwritten { (bytes) throws(AMQPError) in try wire.write(bytes) }
        output.markWritten(count)
        if count > 0 { noteWritten(count, at: .now) }
        return true
    }

    private func noteWritten(_ count: Int, at now: MonotonicInstant) {
        lastWrite = now
        answers.noteWritten(count)
    }

    private func gatherOutput() {
        let settlements = consumer?.takeSettlements() ?? []
        takePublishings(willWrite: !settlements.isEmpty)
        for frame in settlements { output.append(frame) }
    }

    /// Before anything that the broker says about them is looked at.
    private func takePublishings(willWrite: Bool) {
        lane.take(
            &intake, &output, room: window.room, willWrite: willWrite, isResting: isResting, isVisitNear: isVisitNear)
        guard !intake.entries.isEmpty else { return }
        lastIntake = .now
        if intake.written > 0 { noteWritten(intake.written, at: lastIntake) }
        cancellations.noteArrival()
        window.add(&intake)
    }

    private func rest(at now: MonotonicInstant) -> Nanoseconds {
        guard output.isEmpty else { return .zero }
        if deliveriesOfLastRead >= Tick.fromDeliveries {
            return min(Tick.perDelivery * deliveriesOfLastRead, Tick.longest)
        }
        return confirmPace.rest(unconfirmed: window.count, confirmed: window.settled, at: now)
    }

    private func interest(at now: MonotonicInstant) throws(AMQPError) -> ConnectionThread.Interest {
        let rest = rest(at: now)
        isResting = rest > .zero
        if !isResting || now >= nextChecks { nextChecks = try check(at: now) }
        return ConnectionThread.Interest(
            descriptor: wire.descriptor, wantsToWrite: !output.isEmpty, timeout: max(.zero, nextChecks - now),
            pause: rest)
    }

    /// Looks at everything that has a time; returns when to look again. Between two rests that may be later.
    private func check(at now: MonotonicInstant) throws(AMQPError) -> MonotonicInstant {
        var next = window.expire(at: now, blockedReason: lane.blockedReason) ?? now + .seconds(3600)
        if let deadline = intake.nextDeadline {
            lane.expire(at: now)
            next = min(next, max(now, deadline))
        }
        next = min(next, dropCancelled(at: now) ?? next)
        if isVisitNear { next = min(next, now + Visits.interval) }
        if heartbeat > .zero { next = min(next, try checkPeer(at: now)) }
        if let consumer, consumer.needsTurns {
            let limits = Self.settlementDelay
            next = min(next, now + min(max(now - lastDelivery, limits.lowerBound), limits.upperBound))
        }
        return next
    }

    /// Ends the waits of tasks that were cancelled; returns when to look again.
    private func dropCancelled(at now: MonotonicInstant) -> MonotonicInstant? {
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
    private func checkPeer(at now: MonotonicInstant) throws(AMQPError) -> MonotonicInstant {
        // AMQP 0-9-1, 4.2.7: silent for two intervals is dead; our own sign of life at half an interval.
        guard now < lastRead + heartbeat * 2 else {
            throw AMQPError(.connectionLost, "nothing from the broker within two heartbeats")
        }
        var next = lastRead + heartbeat * 2
        switch answers.turn(at: now) {
        case .ask:
            output.appendQuestion()
            try writeAll()
        case .wait(let time): next = min(next, time)
        case .dead: throw AMQPError(.connectionLost, "no answer from the broker within two heartbeats")
        }
        if now >= lastWrite + heartbeat / 2 && output.isEmpty {
            output.appendHeartbeat()
            try writeAll()
        }
        return min(next, max(lastWrite + heartbeat / 2, now + .milliseconds(500)))
    }

    // MARK: Frames

    /// Lent for all of a read: asking for a property of a class at every frame would show.
    private func acceptAll(_ assembler: inout FrameAssembler, _ arrived: inout [Delivery]) throws(AMQPError) {
        try wire.drain { (frame) throws(AMQPError) in try accept(frame, &assembler, &arrived) }
    }

    private func accept(
        _ frame: consuming Frame, _ assembler: inout FrameAssembler, _ arrived: inout [Delivery]
    ) throws(AMQPError) {
        switch try assembler.accept(frame) {
        case .delivery(let delivery)?: arrived.append(delivery)
        case .returned(let key)?: window.markReturned(key)
        case .method(let method)?: try accept(method)
        case .heartbeat?: answers.noteHeartbeat(MessageLimits.frameOverhead)
        case nil: break
        }
    }

    private func accept(_ method: Method) throws(AMQPError) {
        switch method {
        case .ack(let tag, let multiple):
            answers.noteAnswer()
            window.resolve(upTo: tag, multiple: multiple, isAck: true)
        case .nack(let tag, let multiple):
            answers.noteAnswer()
            window.resolve(upTo: tag, multiple: multiple, isAck: false)
        case .blocked(let reason):
            answers.setBlocked(true)
            lane.setBlocked(reason: reason)
        case .unblocked:
            answers.setBlocked(false)
            lane.setBlocked(reason: nil)
        case .other: answers.noteAnswer()
        case .cancel(let tag) where tag == consumerTag:
            throw AMQPError(
                .connectionLost,
                "the broker cancelled the consumer of '\(consumer?.queue.rawValue ?? tag)': queue deleted or its node gone"
            )
        case .channelClose(let code, let text):
            throw BrokerReply(code: code, text: text).error(doing: "the broker closed the channel")
        case .connectionClose(let code, let text):
            throw AMQPError(.connectionLost, "the broker closed the connection: \(text)", replyCode: code)
        case .cancel, .deliver, .returned: break
        }
    }

    // MARK: Blocking calls

    /// Runs one of the library's blocking calls between two turns of the pump: what waits leaves first, what arrived
    /// meanwhile is handed on afterwards.
    ///
    /// An error of the broker closes the channel (AMQP 0-9-1, 1.5.2.5). With nothing at stake on it, a new one is
    /// opened and only the call fails; with a consumer or unconfirmed messages the connection fails too.
    func perform<Result>(
        _ call: (borrowing CConnection) throws(AMQPError) -> Result
    ) throws(AMQPError) -> Result {
        if let failure { throw failure }
        wire.budget.start(options.callTimeout)
        wire.inbound.bystander = { (frame) throws(AMQPError) in
            try self.accept(frame, &self.assembler, &self.arrived)
        }
        lane.beginCall()
        defer {
            lane.endCall()
            wire.inbound.bystander = nil
        }
        do throws(AMQPError) {
            try flush()
            let result = try call(wire)
            try afterCall()
            return result
        } catch {
            if error.closesChannelOnly, consumer == nil, window.isIdle, (try? reopenChannel()) != nil { throw error }
            fail(error)
            throw error
        }
    }

    private func afterCall() throws(AMQPError) {
        try acceptAll(&assembler, &arrived)
        try passOnArrived()
        window.resumeResolved()
        lastRead = .now
        lastWrite = .now
        answers.noteAnswer()
    }

    private func reopenChannel() throws(AMQPError) {
        try wire.confirmChannelClose()
        try wire.openChannel()
        try afterCall()
        assembler = FrameAssembler(
            channel: CConnection.channel, maxBodySize: options.maxBodySize, epoch: ConnectionEpoch.next())
        window.restart()
    }

    /// Writes everything that waits, within the call's time: a library call must not land inside a half-sent frame.
    private func flush() throws(AMQPError) {
        try writeAll()
        while !output.isEmpty {
            let left = wire.budget.left
            guard left > .zero else { throw AMQPError(.timeout, "the broker took nothing for \(options.callTimeout)") }
            var descriptor = pollfd(fd: wire.descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&descriptor, 1, left.pollMilliseconds)
            try writeAll()
        }
    }
}
