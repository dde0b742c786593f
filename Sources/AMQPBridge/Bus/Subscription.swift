import Logging
import ServiceLifecycle

/// Takes batches of deliveries through decoding, handling and settling. One place decides how a delivery ends.
struct Subscription: Sendable {
    let handlers: HandlerRegistry.Contents
    let topology: ServiceTopology
    let encoder: EventEncoder
    let publisher: BusPublisher
    let logger: Logger

    /// How one delivery is to be settled.
    private enum Fate {
        case undecided
        case done
        /// Too large to copy: the broker moves it to the dead letters itself.
        case rejected
        case failed(any Error)
    }

    /// Until the consumer ends.
    func run(_ consumer: DeliveryConsumer) async throws {
        for try await batch in consumer { try await process(batch, from: consumer) }
    }

    /// Settles every delivery of the batch, or throws and settles nothing more: the broker will deliver the rest again.
    ///
    /// Events that follow are confirmed before their cause is acked; a dead letter is confirmed before the failed
    /// delivery is acked.
    func process(_ deliveries: [Delivery], from consumer: DeliveryConsumer) async throws {
        do {
            try await settle(deliveries, try await fates(of: deliveries), consumer)
        } catch let failure as PublishingFailed {
            throw failure.cause
        }
    }

    private func fates(of deliveries: [Delivery]) async throws -> [Fate] {
        var fates = [Fate](repeating: .undecided, count: deliveries.count)
        var batches = [[(index: Int, event: IncomingEvent)]](repeating: [], count: handlers.batchHandlers.count)
        for (index, delivery) in deliveries.enumerated() {
            guard !delivery.isOversized else {
                fates[index] = .rejected
                continue
            }
            do {
                let event = try decode(delivery)
                switch handlers.handlers[event.context.metadata.type] {
                case .batch(let handler)?: batches[handler].append((index, event))
                case .single(let handler)?: fates[index] = try await handle(event, handler)
                case nil: break
                }
            } catch let error as PublishingFailed {
                throw error
            } catch {
                // Out of time while stopping: not the event's failure. Unsettled, it comes again.
                if Task.isCancelled { throw error }
                fates[index] = .failed(error)
            }
        }
        for (handler, events) in zip(handlers.batchHandlers, batches) where !events.isEmpty {
            let results = try await handle(events.map(\.event), handler)
            for (item, result) in zip(events, results) { fates[item.index] = try await conclude(result) }
        }
        return fates
    }

    private func decode(_ delivery: Delivery) throws -> IncomingEvent {
        let (metadata, event) = try encoder.codec.decode(delivery.body, as: handlers.types)
        let headers = delivery.properties.headers
        let context = EventContext(
            metadata: metadata,
            routingKey: headers[BridgeHeader.routingKey]?.string.map { RoutingKey($0) } ?? delivery.routingKey,
            attempt: DeadLetter.attempts(of: delivery) + 1, isRedelivered: delivery.isRedelivered)
        return IncomingEvent(event: event, context: context)
    }

    private func handle(_ event: IncomingEvent, _ handler: HandlerRegistry.Single) async throws -> Fate {
        let follow = try await handler(event.event, event.context)
        let encoded = try follow.map { try encoder.encode($0, causedBy: event.context.metadata) }
        return try await conclude(.handled(encoded))
    }

    /// Calls until it works: an outage of the handler's database fills the queue, not the dead letters.
    private func handle(
        _ events: [IncomingEvent], _ handler: any EventBatchHandler
    ) async throws -> [HandlingResult] {
        var backoff = Backoff()
        while true {
            do {
                let results = try await handler.handle(events)
                guard results.count == events.count else {
                    throw AMQPError(
                        .invalidConfiguration, "a batch handler answered \(results.count) of \(events.count)")
                }
                return results
            } catch {
                let delay = backoff.next()
                logger.debug(
                    "Nothing can be handled now",
                    metadata: [
                        "error": .string("\(error)"), "retry_in": .string("\(delay)"),
                    ])
                if Task.isShuttingDownGracefully || Task.isCancelled { throw error }
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
            }
        }
    }

    private func conclude(_ result: HandlingResult) async throws -> Fate {
        switch result {
        case .failed(let error): return .failed(error)
        case .handled(let events):
            guard !events.isEmpty else { return .done }
            let publishings = events.map { $0.publishing(to: topology.exchange) }
            try await confirm(publishings)
            return .done
        }
    }

    private func settle(_ deliveries: [Delivery], _ fates: [Fate], _ consumer: DeliveryConsumer) async throws {
        var letters: [Publishing] = []
        var done: [DeliveryTag] = []
        for (delivery, fate) in zip(deliveries, fates) {
            switch fate {
            case .undecided, .done: done.append(delivery.tag)
            case .rejected: consumer.settle(delivery.tag, .reject(requeue: false))
            case .failed(let error):
                letters.append(deadLetter(delivery, error))
                done.append(delivery.tag)
            }
        }
        // The seam of the retry ladder: today every failure becomes a dead letter at once.
        if !letters.isEmpty { try await confirm(letters) }
        consumer.settle(done, .ack)
    }

    private func deadLetter(_ delivery: Delivery, _ error: any Error) -> Publishing {
        logger.debug(
            "Dead letter",
            metadata: [
                "event_id": .string(delivery.properties.messageID ?? "none"), "error": .string("\(error)"),
            ])
        return DeadLetter.publishing(for: delivery, failure: error, topology: topology, frameMax: publisher.frameMax)
    }

    private func confirm(_ publishings: [Publishing]) async throws {
        let outcomes = await publisher.publish(publishings)
        for (publishing, outcome) in zip(publishings, outcomes) {
            if let error = outcome.error(for: publishing) { throw PublishingFailed(cause: error) }
        }
    }

    /// The broker did not take a message: not the handler's failure, so no dead letter.
    private struct PublishingFailed: Error {
        var cause: AMQPError
    }
}
