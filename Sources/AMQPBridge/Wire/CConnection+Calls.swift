import CRabbitMQ

// The set-up calls: each sends one method and blocks for its answer, at most for the call timeout.
extension CConnection {
    func declare(_ exchange: Exchange, passive: Bool = false) throws(AMQPError) {
        let arena = CArena()
        _ = try call("declaring exchange '\(exchange.name)'") {
            amqp_exchange_declare(
                $0, Self.channel, arena.bytes(exchange.name.rawValue), arena.bytes(exchange.kind.rawValue),
                passive ? 1 : 0, 1, 0, 0, amqp_empty_table)
        }
    }

    func declare(_ queue: Queue) throws(AMQPError) -> QueueStatus {
        let arena = CArena()
        let durable: Int32 = queue.isExclusive ? 0 : 1
        let exclusive: Int32 = queue.isExclusive ? 1 : 0
        let reply = try call("declaring queue '\(queue.name)'") {
            amqp_queue_declare(
                $0, Self.channel, arena.bytes(queue.name.rawValue), 0, durable, exclusive, exclusive,
                arena.table(queue.arguments))
        }
        return QueueStatus(reply)
    }

    func inspect(_ queue: QueueName) throws(AMQPError) -> QueueStatus {
        let arena = CArena()
        let reply = try call("looking at queue '\(queue)'") {
            amqp_queue_declare($0, Self.channel, arena.bytes(queue.rawValue), 1, 0, 0, 0, amqp_empty_table)
        }
        return QueueStatus(reply)
    }

    func bind(_ binding: Binding) throws(AMQPError) {
        let arena = CArena()
        _ = try call("binding queue '\(binding.queue)' to exchange '\(binding.exchange)'") {
            amqp_queue_bind(
                $0, Self.channel, arena.bytes(binding.queue.rawValue), arena.bytes(binding.exchange.rawValue),
                arena.bytes(binding.routingKey.rawValue), amqp_empty_table)
        }
    }

    func unbind(_ binding: Binding) throws(AMQPError) {
        let arena = CArena()
        _ = try call("unbinding queue '\(binding.queue)' from exchange '\(binding.exchange)'") {
            amqp_queue_unbind(
                $0, Self.channel, arena.bytes(binding.queue.rawValue), arena.bytes(binding.exchange.rawValue),
                arena.bytes(binding.routingKey.rawValue), amqp_empty_table)
        }
    }

    func delete(_ queue: QueueName) throws(AMQPError) {
        let arena = CArena()
        _ = try call("deleting queue '\(queue)'") {
            amqp_queue_delete($0, Self.channel, arena.bytes(queue.rawValue), 0, 0)
        }
    }

    func delete(_ exchange: ExchangeName) throws(AMQPError) {
        let arena = CArena()
        _ = try call("deleting exchange '\(exchange)'") {
            amqp_exchange_delete($0, Self.channel, arena.bytes(exchange.rawValue), 0)
        }
    }

    /// Sets how many deliveries may be unsettled at a time, then starts the consumer; returns its tag.
    func consume(_ queue: QueueName, prefetch: UInt16, isExclusive: Bool) throws(AMQPError) -> String {
        let arena = CArena()
        _ = try call("setting the prefetch") { amqp_basic_qos($0, Self.channel, 0, prefetch, 0) }
        let reply = try call("consuming from queue '\(queue)'") {
            amqp_basic_consume(
                $0, Self.channel, arena.bytes(queue.rawValue), amqp_empty_bytes, 0, 0, isExclusive ? 1 : 0,
                amqp_empty_table)
        }
        return String(reply.consumer_tag)
    }

    func cancel(consumerTag: String) throws(AMQPError) {
        let arena = CArena()
        _ = try call("cancelling a consumer") { amqp_basic_cancel($0, Self.channel, arena.bytes(consumerTag)) }
    }

    /// Answers the broker's `channel.close`, which the library never does; without it the number cannot be used again.
    func confirmChannelClose() throws(AMQPError) {
        var method = amqp_channel_close_ok_t()
        let (status, isOverdue) = watchdog.bound(by: callTimeout) {
            amqp_send_method(state, Self.channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &method)
        }
        if isOverdue {
            throw AMQPError(.timeout, "answering the channel's close: the broker took nothing for \(callTimeout)")
        }
        guard status == AMQP_STATUS_OK.rawValue else {
            throw CReply.error(status: status, doing: "answering the channel's close")
        }
    }

    /// Any call that changes nothing: its answer proves that the broker has read all that was sent before it.
    func roundTrip() throws(AMQPError) {
        _ = try call("a last round trip") { amqp_confirm_select($0, Self.channel) }
    }

    /// Says goodbye within the call timeout. What went wrong no longer matters.
    func close() {
        setCallTimeout(callTimeout)
        _ = watchdog.bound(by: callTimeout) { amqp_connection_close(state, Int32(AMQP_REPLY_SUCCESS)) }
    }
}

extension QueueStatus {
    fileprivate init(_ reply: amqp_queue_declare_ok_t) {
        self.init(
            name: QueueName(String(reply.queue)), ready: Int(reply.message_count), consumers: Int(reply.consumer_count))
    }
}
