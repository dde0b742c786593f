/// Takes batches of deliveries, decodes them and hands each to its lane. Which lane is a matter of its key alone.
struct Subscription: Sendable {
    let handlers: HandlerRegistry.Contents
    let context: LaneContext
    /// For handlers that take one event at a time.
    private let lanes: [HandlerLane]
    /// One for each batch handler.
    private let batchLanes: [HandlerLane]

    init(_ handlers: HandlerRegistry.Contents, _ context: LaneContext) {
        self.handlers = handlers
        self.context = context
        lanes = (0..<context.options.concurrency).map { _ in HandlerLane(.single, context) }
        batchLanes = handlers.batchHandlers.map { HandlerLane(.batch($0), context) }
    }

    var allLanes: [HandlerLane] { lanes + batchLanes }

    /// Where deliveries are taken and decoded: with the one batch handler that gets them all, if it is the only one, so that
    /// no second thread has to be woken for them.
    var executor: (any TaskExecutor)? { handlers.onlyBatchHandler?.executor }

    /// Until the consumer ends: with an error when the connection is gone, and without when it was stopped.
    func take(from consumer: DeliveryConsumer) async throws(AMQPError) {
        for try await batch in consumer { await dispatch(batch, from: consumer) }
    }

    func dispatch(_ deliveries: [Delivery], from consumer: DeliveryConsumer) async {
        context.metrics?.delivered(deliveries)
        var shares = [[LaneItem]](repeating: [], count: lanes.count + batchLanes.count)
        for delivery in deliveries {
            CrashPoint.before(.receive)
            if delivery.isOversized {
                // Too large to copy: the broker moves it to the dead letters itself.
                consumer.settle(delivery.tag, .reject(requeue: false))
                context.metrics?.dead(.oversized)
                continue
            }
            let (item, lane) = route(delivery, consumer)
            shares[lane].append(item)
        }
        for (lane, items) in zip(allLanes, shares) where !items.isEmpty {
            await lane.add(items)
            for _ in items { CrashPoint.after(.receive) }
        }
    }

    private func route(_ delivery: Delivery, _ consumer: DeliveryConsumer) -> (LaneItem, lane: Int) {
        let attempts = ReturnCopy.attempts(of: delivery, context.topology)
        let (content, batchLane) = content(of: delivery, attempts)
        let item = LaneItem(delivery: delivery, consumer: consumer, content: content, attempts: attempts)
        if let batchLane { return (item, lanes.count + batchLane) }
        let isOne = lanes.count == 1 || item.key.isEmpty
        return (item, isOne ? 0 : Int(UInt(bitPattern: item.key.hashValue) % UInt(lanes.count)))
    }

    private func content(of delivery: Delivery, _ attempts: Int) -> (LaneItem.Content, batchLane: Int?) {
        do {
            let event = try decode(delivery, attempts)
            let type = event.context.metadata.type
            switch handlers.handlers[type] ?? handlers.handlers[AnyEvent.type] {
            case .single(let handler, let policy)?:
                return (.event(event, LaneItem.Handling(handler: handler, policy: policy)), nil)
            case .batch(let index, let policy)?:
                return (.event(event, LaneItem.Handling(handler: nil, policy: policy)), index)
            case nil:
                throw AMQPError(.unknownEventType, "nobody here handles events of type '\(type)'")
            }
        } catch {
            return (.refused(error), nil)
        }
    }

    private func decode(_ delivery: Delivery, _ attempts: Int) throws -> IncomingEvent {
        let isReturned = delivery.exchange == context.topology.returnExchange
        if !isReturned { try delivery.checkSingleKey() }
        let (metadata, event) = try context.encoder.codec.decode(delivery.body, as: handlers.types)
        // On its own return path nobody else writes what the bridge notes about the first sending.
        let notes = isReturned ? delivery.properties.headers : [:]
        let key = notes[BridgeHeader.routingKey]?.string.map { RoutingKey($0) } ?? delivery.routingKey
        try context.options.senders?.check(
            user: isReturned ? notes[BridgeHeader.userID]?.string : delivery.properties.userID, type: metadata.type,
            key: key, expectedKey: handlers.types[metadata.type]?.routingKey)
        let context = EventContext(
            metadata: metadata, routingKey: key, attempt: attempts + 1, isRedelivered: delivery.isRedelivered)
        var incoming = IncomingEvent(event: event, context: context)
        incoming.instruments = self.context.instruments
        return incoming
    }

    // MARK: Beside the lanes

    /// Ends handlers that run for too long. Until cancelled.
    func watchDeadlines() async {
        while !Task.isCancelled {
            var next = context.options.handlerTimeout
            for lane in lanes { next = min(next, await lane.checkDeadline()) }
            guard (try? await context.clock.sleep(next)) != nil else { return }
        }
    }

    /// Gives back what is in hand when an outage lasts. Until cancelled.
    func watchBreaker() async {
        while !Task.isCancelled {
            await context.breaker.opened()
            guard let opening = context.breaker.opening else { continue }
            while context.breaker.opening == opening {
                guard (try? await context.clock.sleep(context.options.breakerHold)) != nil else { return }
                guard context.breaker.opening == opening else { break }
                context.flow.giveBack()
                // It may have closed at that very moment.
                if context.breaker.opening != opening { context.flow.recovered() }
            }
        }
    }

    /// Nobody works on these any more: back to the queue with them.
    func giveBack() async {
        for lane in allLanes { await lane.giveBack() }
    }

    /// The connection is lost, and with it what was delivered on it.
    func discard(upTo epoch: UInt64) async {
        for lane in allLanes { await lane.discard(upTo: epoch) }
    }

    /// Finishes what is in hand, until the time is up; the rest goes back to the queue. With an open breaker or without
    /// a connection to publish on nothing can be finished, so nobody waits.
    func drain(within limit: Duration) async {
        let canFinish = !context.breaker.isOpen && context.publisher.isConnected
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Cancelled early when all is done, or when the bus is: in both cases there is nothing to wait for.
                if canFinish { try? await context.clock.sleep(limit) }
                for lane in allLanes { await lane.surrender() }
            }
            for lane in allLanes { await lane.drained() }
            group.cancelAll()
        }
    }
}
