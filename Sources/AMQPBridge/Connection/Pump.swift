/// What the I/O thread does at every wake-up: read what is there, write what waits, say what to wait for.
///
/// One value with all it needs but the wire, which is lent to it. As properties of the actor each would be checked for
/// overlapping use at run time, at every look: a twelfth of the instructions of a lone message.
struct Pump: ~Copyable {
    /// For a while after publishings the thread comes by at short intervals without being woken, so that a publisher that
    /// has written its message itself need not wake it for the deadline's sake.
    private static let visitsAfterPublishing = Nanoseconds.seconds(1)

    /// So long at a stretch, at most a read longer: a broker that sends without end does not keep deadlines from being
    /// looked at.
    private static let readingTime = Nanoseconds.milliseconds(10)

    let lane: PublishLane

    var assembler: FrameAssembler
    var window: PublishWindow
    /// What `lane` held at the last visit; its arrays are empty between visits.
    var intake = PublishLane.Intake()
    var output: OutboundBuffer
    var consumer: DeliveryConsumer?
    var consumerTag: String?
    var arrived: [Delivery] = []
    var heartbeat = Nanoseconds.zero
    var answers = AnswerWatch(at: .now)
    var confirmPace = ConfirmPace()
    var settlementPace = SettlementPace()
    var cancellations = CancellationLooks()
    var deliveriesOfLastRead = 0
    /// The clock as it was when the turn began, or after its last full read: it is looked at once for all that follows.
    var now = MonotonicInstant.now
    var lastRead = MonotonicInstant.now
    var lastWrite = MonotonicInstant.now
    var lastIntake = MonotonicInstant.now
    var isVisitNear = false
    /// The thread takes a rest after this turn.
    var isResting = false
    var nextChecks = MonotonicInstant.now

    init(_ options: AMQPConfiguration.Options, _ lane: PublishLane) {
        self.lane = lane
        window = PublishWindow(maxUnconfirmed: options.maxUnconfirmed, timeout: options.publishTimeout)
        output = OutboundBuffer(channel: CConnection.channel, frameMax: options.frameMax)
        assembler = Self.assembler(options)
    }

    deinit {
        consumer?.finish(AMQPError(.closed, "the connection was let go of while its consumer ran; keep it meanwhile"))
    }

    private static func assembler(_ options: AMQPConfiguration.Options) -> FrameAssembler {
        FrameAssembler(
            channel: CConnection.channel, maxBodySize: options.maxBodySize, epoch: ConnectionEpoch.next())
    }

    /// - Throws: what ended the connection.
    mutating func turn(
        _ wire: borrowing CConnection, isReadable: Bool
    ) throws(AMQPError) -> ConnectionThread.Interest {
        now = .now
        isVisitNear = now - lastIntake < Self.visitsAfterPublishing
        if isResting {
            // What has gathered leaves first, and whoever is told something now has the next rest to answer.
            try writeOnce(wire)
            try readAll(wire)
        } else {
            if isReadable { try readAll(wire) }
            try writeAll(wire)
        }
        return try interest(wire)
    }

    private mutating func readAll(_ wire: borrowing CConnection) throws(AMQPError) {
        let begin = now
        repeat {
            let count = try wire.receive()
            if count > 0 { lastRead = now }
            // What the answers are to: publishers may have sent since the last visit. Before a rest they may go on.
            takePublishings(willWrite: !isResting)
            let settled = window.settled
            try acceptAll(wire)
            answers.noteRead(count, at: now)
            // One wake-up of the handlers for everything a read brought.
            try passOnArrived()
            lane.noteConfirmed(window.settled - settled)
            window.resumeResolved()
            guard count == CConnection.readSize else { break }
            now = .now
        } while now - begin < Self.readingTime
    }

    private mutating func passOnArrived() throws(AMQPError) {
        deliveriesOfLastRead = arrived.count
        guard !arrived.isEmpty else { return }
        guard let consumer else {
            throw AMQPError(.protocolViolation, "the broker sent a delivery, and there is no consumer")
        }
        settlementPace.noteDelivery(at: now)
        // Handed over, not copied: whoever empties an array that another still looks at pays for both.
        var batch: [Delivery] = []
        batch.reserveCapacity(arrived.count)
        swap(&batch, &arrived)
        try consumer.deliver(batch)
    }

    /// Publishings and settlements that have gathered, in as few writes as the socket allows.
    mutating func writeAll(_ wire: borrowing CConnection) throws(AMQPError) {
        repeat {
            guard try writeOnce(wire) else { return }
        } while output.isEmpty
    }

    /// False when there was nothing.
    @discardableResult
    private mutating func writeOnce(_ wire: borrowing CConnection) throws(AMQPError) -> Bool {
        gatherOutput()
        if output.isEmpty { return false }
        let count = try output.withUnwritten { (bytes) throws(AMQPError) in try wire.write(bytes) }
        output.markWritten(count)
        if count > 0 { noteWritten(count) }
        return true
    }

    private mutating func noteWritten(_ count: Int) {
        lastWrite = now
        answers.noteWritten(count)
    }

    private mutating func gatherOutput() {
        let settlements = consumer?.takeSettlements(from: settlementPace.enough(at: now)) ?? []
        if !settlements.isEmpty { settlementPace.noteWrite(at: now) }
        takePublishings(willWrite: !settlements.isEmpty)
        for frame in settlements { output.append(frame) }
    }

    /// Before anything that the broker says about them is looked at.
    private mutating func takePublishings(willWrite: Bool) {
        lane.take(
            &intake, &output, room: window.room, willWrite: willWrite, isResting: isResting, isVisitNear: isVisitNear)
        guard !intake.entries.isEmpty else { return }
        lastIntake = now
        if intake.written > 0 { noteWritten(intake.written) }
        cancellations.noteArrival()
        window.add(&intake)
    }

    /// The login is done.
    mutating func begin(heartbeat: Nanoseconds) {
        self.heartbeat = heartbeat
        noteCall()
        answers.heartbeat = heartbeat
    }

    // MARK: Around the library's own calls

    /// All that waits, settlements too, as far as the socket takes it.
    mutating func beforeCall(_ wire: borrowing CConnection) throws(AMQPError) {
        now = .now
        settlementPace.hurry()
        try writeAll(wire)
    }

    /// An answer has come, and perhaps more with it.
    mutating func afterCall(_ wire: borrowing CConnection) throws(AMQPError) {
        noteCall()
        try acceptAll(wire)
        try passOnArrived()
        window.resumeResolved()
    }

    private mutating func noteCall() {
        now = .now
        lastRead = now
        lastWrite = now
        answers.noteAnswer()
    }

    /// A new channel has taken the place of one that the broker closed, and nothing was at stake on that.
    mutating func restart(_ options: AMQPConfiguration.Options) {
        assembler = Self.assembler(options)
        window.restart()
    }

    /// The connection has ended.
    mutating func close(_ error: AMQPError) {
        window.close(error)
        lane.close(error)
        consumer?.finish(error.code == .closed ? nil : error)
    }
}
