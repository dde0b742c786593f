import CRabbitMQ

// The set-up calls: each sends one method and waits for its answer, at most for the call timeout.
extension CConnection {
    func declare(_ exchange: Exchange, passive: Bool = false) throws(AMQPError) {
        let arena = CArena()
        var method = amqp_exchange_declare_t()
        method.exchange = arena.bytes(exchange.name.rawValue)
        method.type = arena.bytes(exchange.kind.rawValue)
        method.passive = passive ? 1 : 0
        method.durable = 1
        try request(
            "declaring exchange '\(exchange.name)'", AMQP_EXCHANGE_DECLARE_METHOD, method,
            answer: AMQP_EXCHANGE_DECLARE_OK_METHOD)
    }

    func declare(_ queue: Queue) throws(AMQPError) -> QueueStatus {
        let arena = CArena()
        var method = amqp_queue_declare_t()
        method.queue = arena.bytes(queue.name.rawValue)
        method.durable = queue.isExclusive ? 0 : 1
        method.exclusive = queue.isExclusive ? 1 : 0
        method.auto_delete = method.exclusive
        method.arguments = arena.table(queue.arguments)
        return try declare("declaring queue '\(queue.name)'", method)
    }

    /// With every flag as it is said.
    func declare(_ declaration: Declaration) throws(AMQPError) {
        guard let type = declaration.type else { return try declareQueue(declaration) }
        let arena = CArena()
        var method = amqp_exchange_declare_t()
        method.exchange = arena.bytes(declaration.name)
        method.type = arena.bytes(type)
        method.durable = declaration.isDurable ? 1 : 0
        method.auto_delete = declaration.isAutoDeleted ? 1 : 0
        method.internal = declaration.isInternal ? 1 : 0
        method.arguments = arena.table(declaration.arguments)
        try request(
            "declaring exchange '\(declaration.name)'", AMQP_EXCHANGE_DECLARE_METHOD, method,
            answer: AMQP_EXCHANGE_DECLARE_OK_METHOD)
    }

    private func declareQueue(_ declaration: Declaration) throws(AMQPError) {
        let arena = CArena()
        var method = amqp_queue_declare_t()
        method.queue = arena.bytes(declaration.name)
        method.durable = declaration.isDurable ? 1 : 0
        method.exclusive = declaration.isExclusive ? 1 : 0
        method.auto_delete = declaration.isAutoDeleted ? 1 : 0
        method.arguments = arena.table(declaration.arguments)
        _ = try declare("declaring queue '\(declaration.name)'", method)
    }

    func inspect(_ queue: QueueName) throws(AMQPError) -> QueueStatus {
        let arena = CArena()
        var method = amqp_queue_declare_t()
        method.queue = arena.bytes(queue.rawValue)
        method.passive = 1
        return try declare("looking at queue '\(queue)'", method)
    }

    private func declare(_ what: String, _ method: amqp_queue_declare_t) throws(AMQPError) -> QueueStatus {
        try request(what, AMQP_QUEUE_DECLARE_METHOD, method, answer: AMQP_QUEUE_DECLARE_OK_METHOD) {
            QueueStatus($0)
        }
    }

    func bind(_ binding: Binding) throws(AMQPError) {
        let arena = CArena()
        var method = amqp_queue_bind_t()
        method.queue = arena.bytes(binding.queue.rawValue)
        method.exchange = arena.bytes(binding.exchange.rawValue)
        method.routing_key = arena.bytes(binding.routingKey.rawValue)
        try request(
            "binding queue '\(binding.queue)' to exchange '\(binding.exchange)'", AMQP_QUEUE_BIND_METHOD, method,
            answer: AMQP_QUEUE_BIND_OK_METHOD)
    }

    func unbind(_ binding: Binding) throws(AMQPError) {
        let arena = CArena()
        var method = amqp_queue_unbind_t()
        method.queue = arena.bytes(binding.queue.rawValue)
        method.exchange = arena.bytes(binding.exchange.rawValue)
        method.routing_key = arena.bytes(binding.routingKey.rawValue)
        try request(
            "unbinding queue '\(binding.queue)' from exchange '\(binding.exchange)'", AMQP_QUEUE_UNBIND_METHOD, method,
            answer: AMQP_QUEUE_UNBIND_OK_METHOD)
    }

    func delete(_ queue: QueueName) throws(AMQPError) {
        let arena = CArena()
        var method = amqp_queue_delete_t()
        method.queue = arena.bytes(queue.rawValue)
        try request(
            "deleting queue '\(queue)'", AMQP_QUEUE_DELETE_METHOD, method, answer: AMQP_QUEUE_DELETE_OK_METHOD)
    }

    func delete(_ exchange: ExchangeName) throws(AMQPError) {
        let arena = CArena()
        var method = amqp_exchange_delete_t()
        method.exchange = arena.bytes(exchange.rawValue)
        try request(
            "deleting exchange '\(exchange)'", AMQP_EXCHANGE_DELETE_METHOD, method,
            answer: AMQP_EXCHANGE_DELETE_OK_METHOD)
    }

    /// Sets how many deliveries may be unsettled at a time, then starts the consumer; returns its tag.
    func consume(_ queue: QueueName, prefetch: UInt16, isExclusive: Bool) throws(AMQPError) -> String {
        var qos = amqp_basic_qos_t()
        qos.prefetch_count = prefetch
        try request("setting the prefetch", AMQP_BASIC_QOS_METHOD, qos, answer: AMQP_BASIC_QOS_OK_METHOD)
        let arena = CArena()
        var method = amqp_basic_consume_t()
        method.queue = arena.bytes(queue.rawValue)
        method.exclusive = isExclusive ? 1 : 0
        return try request(
            "consuming from queue '\(queue)'", AMQP_BASIC_CONSUME_METHOD, method, answer: AMQP_BASIC_CONSUME_OK_METHOD
        ) { (reply: amqp_basic_consume_ok_t) in String(reply.consumer_tag) }
    }

    func cancel(consumerTag: String) throws(AMQPError) {
        let arena = CArena()
        var method = amqp_basic_cancel_t()
        method.consumer_tag = arena.bytes(consumerTag)
        try request("cancelling a consumer", AMQP_BASIC_CANCEL_METHOD, method, answer: AMQP_BASIC_CANCEL_OK_METHOD)
    }

    /// Answers the broker's `channel.close`; without it the number cannot be used again.
    func confirmChannelClose() throws(AMQPError) {
        try sendMethod(
            "answering the channel's close", Selector(channel: Self.channel, method: AMQP_CHANNEL_CLOSE_OK_METHOD),
            amqp_channel_close_ok_t())
    }

    /// Any call that changes nothing: its answer proves that the broker has read all that was sent before it.
    func roundTrip() throws(AMQPError) {
        try request(
            "a last round trip", AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(),
            answer: AMQP_CONFIRM_SELECT_OK_METHOD)
    }

    /// Says goodbye within the call timeout. What went wrong no longer matters.
    func close() {
        budget.start(callTimeout)
        var method = amqp_connection_close_t()
        method.reply_code = UInt16(AMQP_REPLY_SUCCESS)
        do throws(AMQPError) {
            try sendMethod("closing", .connection(AMQP_CONNECTION_CLOSE_METHOD), method)
            try awaitAnswer("closing", .connection(AMQP_CONNECTION_CLOSE_OK_METHOD)) {
                (_: amqp_connection_close_ok_t) in
            }
        } catch {
            return
        }
    }
}

extension QueueStatus {
    fileprivate init(_ reply: amqp_queue_declare_ok_t) {
        self.init(
            name: QueueName(String(reply.queue)), ready: Int(reply.message_count), consumers: Int(reply.consumer_count))
    }
}
