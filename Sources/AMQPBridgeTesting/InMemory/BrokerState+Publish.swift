import AMQPBridge

extension BrokerState {
    /// What becomes of a publishing now.
    ///
    /// - Throws: 404 for an exchange that does not exist.
    mutating func publish(_ publishing: Publishing) throws(AMQPError) -> PublishOutcome {
        guard exists(publishing.exchange) else {
            throw BrokerReply.noExchange(publishing.exchange).error(doing: "the broker closed the channel")
        }
        var message = InMemoryMessage(publishing, position: 0)
        let targets = route(message)
        message.properties.headers["BCC"] = nil
        guard !targets.isEmpty else { return publishing.isMandatory ? .unroutable : .confirmed }
        var isStored = true
        for target in targets where !enqueue(message, in: target) { isStored = false }
        settleDown()
        return isStored ? .confirmed : .nacked
    }

    /// False when the queue is full.
    mutating func enqueue(_ message: InMemoryMessage, in name: QueueName) -> Bool {
        guard let queue = queues[name] else { return true }
        guard !queue.isFull else {
            if queue.settings.overflow == .rejectPublishToDeadLetters { bury(message, .maxlen, from: name) }
            return false
        }
        var message = message
        message.position = nextID()
        queues[name]?.enqueue(message, at: now)
        touched.append(name)
        return true
    }

    // MARK: On a connection

    /// Publishes, or lets it wait while there is an alarm. Outcomes are told by actions; `call` names the one who waits.
    mutating func publish(_ publishings: [Publishing], call: UInt64, on connection: UInt64, timeout: Duration) {
        let arrivals = publishings.enumerated().map { index, publishing in
            WaitingPublishing(
                ticket: PublishTicket(call: call, index: index), publishing: publishing, deadline: now + timeout)
        }
        guard connections[connection] != nil else {
            for arrival in arrivals { act(.resolve(arrival.ticket, .unknown(Self.connectionEnded))) }
            return
        }
        guard blockedReason == nil else { return wait(arrivals, on: connection) }
        publish(arrivals, on: connection)
    }

    private mutating func publish(_ arrivals: [WaitingPublishing], on connection: UInt64) {
        var failure: AMQPError?
        for arrival in arrivals {
            do throws(AMQPError) {
                if let failure { throw failure }
                try MessageLimits.check(arrival.publishing, frameMax: Self.frameMax)
                act(.resolve(arrival.ticket, try publish(arrival.publishing)))
            } catch {
                act(.resolve(arrival.ticket, .unknown(error)))
                // What is too large never leaves the client; any other refusal costs the connection.
                guard failure == nil, error.replyCode != nil else { continue }
                failure = error
                end(connection, error)
            }
        }
    }

    /// RabbitMQ tells a connection of its alarm when it publishes: what comes before that is on the wire.
    private mutating func wait(_ arrivals: [WaitingPublishing], on connection: UInt64) {
        var arrivals = arrivals
        if connections[connection]?.isBlocked == false, !arrivals.isEmpty { arrivals[0].isOnTheWire = true }
        connections[connection]?.waiting += arrivals
        connections[connection]?.isBlocked = true
        connections[connection]?.blocked.start(at: now)
    }

    /// The alarm is over: what waited is published in the order in which it came.
    mutating func unblock() {
        blockedReason = nil
        for connection in connections.keys.sorted() {
            let waiting = connections[connection]?.waiting ?? []
            connections[connection]?.waiting = []
            connections[connection]?.isBlocked = false
            connections[connection]?.blocked.stop(at: now)
            publish(waiting, on: connection)
        }
    }

    /// Gives up what has waited for too long.
    mutating func expirePublishings() {
        let now = now
        let reason = blockedReason ?? "busy"
        for connection in connections.keys.sorted() {
            giveUp(on: connection, AMQPError(.timeout, "not sent in time; the broker is blocked: \(reason)")) {
                $0.deadline <= now
            }
        }
    }

    /// A publisher no longer waits.
    mutating func cancel(call: UInt64, on connection: UInt64) {
        let error = AMQPError(.cancelled, "the publishing task was cancelled while it waited")
        giveUp(on: connection, error) { $0.ticket.call == call }
    }

    private mutating func giveUp(
        on connection: UInt64, _ error: AMQPError, where isOver: (WaitingPublishing) -> Bool
    ) {
        guard var waiting = connections[connection]?.waiting, !waiting.isEmpty else { return }
        for index in waiting.indices where !waiting[index].isGivenUp && isOver(waiting[index]) {
            waiting[index].isGivenUp = true
            act(.resolve(waiting[index].ticket, .unknown(error)))
        }
        waiting.removeAll { $0.isGivenUp && !$0.isOnTheWire }
        connections[connection]?.waiting = waiting
    }
}
