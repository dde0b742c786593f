import AMQPBridge

// Handing out and taking back.
extension BrokerState {
    /// - Throws: 404, 403 for a queue in exclusive use, 405 for another connection's own queue.
    mutating func consume(
        _ name: QueueName, prefetch: UInt16, isExclusive: Bool, on connection: UInt64
    ) throws(AMQPError) {
        let what = "consuming from queue '\(name)'"
        guard let queue = queues[name] else { throw BrokerReply.noQueue(name).error(doing: what) }
        try checkOwner(of: queue, connection, doing: what)
        guard queue.admits(isExclusive: isExclusive) else { throw BrokerReply.inExclusiveUse(name).error(doing: what) }
        let id = nextID()
        queues[name]?.add(
            QueueConsumer(id: id, connection: connection, prefetch: Int(prefetch), isExclusive: isExclusive))
        connections[connection]?.consumer = (name, id)
        connections[connection]?.hasConsumed = true
        touched.append(name)
        settleDown()
    }

    /// No new deliveries for this connection; what it has in hand stays there.
    mutating func cancelConsumer(on connection: UInt64) {
        guard let consumer = connections[connection]?.consumer else { return }
        connections[connection]?.consumer = nil
        queues[consumer.queue]?.removeConsumers { $0.id == consumer.id }
        deleteIfUnused(consumer.queue)
    }

    /// A connection's own queue is declared to live as long as somebody consumes from it.
    private mutating func deleteIfUnused(_ name: QueueName) {
        guard let queue = queues[name], queue.owner != nil, queue.consumers.isEmpty else { return }
        delete(name)
    }

    mutating func settle(_ frames: [SettlementFrame], on connection: UInt64) {
        for frame in frames {
            switch frame {
            case .ack(let tag, multiple: true):
                for delivery in connections[connection]?.take(upTo: tag) ?? [] { free(delivery) }
            case .ack(let tag, multiple: false):
                if let delivery = connections[connection]?.take(tag) { free(delivery) }
            case .nack(let tag, let requeue), .reject(let tag, let requeue):
                guard let delivery = connections[connection]?.take(tag), free(delivery) else { break }
                if requeue {
                    putBack(delivery, isRequest: true)
                } else {
                    bury(delivery.message, .rejected, from: delivery.queue)
                }
            }
            settleDown()
        }
    }

    /// Makes room for another one. False when the queue is gone.
    @discardableResult
    private mutating func free(_ delivery: UnsettledDelivery) -> Bool {
        guard queues[delivery.queue]?.id == delivery.queueID else { return false }
        queues[delivery.queue]?.settled(by: delivery.consumer)
        touched.append(delivery.queue)
        return true
    }

    /// RabbitMQ 3.10 counts every return towards the limit, whoever is to blame for it.
    ///
    /// - Parameter isRequest: the consumer gave it back by itself; false: it was lost with its connection.
    private mutating func putBack(_ delivery: UnsettledDelivery, isRequest: Bool) {
        let name = delivery.queue
        var message = delivery.message
        message.deliveryCount += 1
        guard queues[name]?.allows(message) != false else {
            if isRequest { queues[name]?.countTwice(delivery.consumer) }
            return bury(message, .deliveryLimit, from: name)
        }
        queues[name]?.putBack(message, isRequest: isRequest)
        // A classic queue looks at its length before it delivers, a quorum queue afterwards.
        guard queues[name]?.type == .classic else { return }
        while let surplus = queues[name]?.popSurplus() { bury(surplus, .maxlen, from: name) }
    }

    // MARK: Ends

    /// The connection is gone: what it had in hand goes back, in order, and what was its own goes with it.
    mutating func end(_ connection: UInt64, _ error: AMQPError) {
        guard var state = connections.removeValue(forKey: connection) else { return }
        if let consumer = state.consumer { queues[consumer.queue]?.removeConsumers { $0.id == consumer.id } }
        for delivery in state.takeAll() where free(delivery) { putBack(delivery, isRequest: false) }
        for item in state.waiting where !item.isGivenUp { act(.resolve(item.ticket, .unknown(error))) }
        for name in queues.values.filter({ $0.owner == connection }).map(\.name) { delete(name) }
        act(.end(connection, error))
        settleDown()
    }

    /// Deletes the queue with everything in it; whoever consumes from it loses the connection, as `AMQPConnection` does.
    mutating func delete(_ name: QueueName) {
        guard let queue = queues.removeValue(forKey: name) else { return }
        for exchange in bindings.keys { bindings[exchange]?.removeAll { $0.binding.queue == name } }
        for consumer in queue.consumers {
            connections[consumer.connection]?.consumer = nil
            end(
                consumer.connection,
                AMQPError(
                    .connectionLost,
                    "the broker cancelled the consumer of '\(name)': queue deleted or its node gone"))
        }
    }

    /// The broker stops: every connection ends, and what is not durable is gone.
    mutating func stop(_ error: AMQPError) {
        blockedReason = nil
        // All at once: nothing that one gives back is handed to another.
        for name in queues.keys { queues[name]?.removeConsumers { _ in true } }
        for connection in connections.keys.sorted() { end(connection, error) }
        for name in queues.keys { queues[name]?.dropTransient() }
    }
}
