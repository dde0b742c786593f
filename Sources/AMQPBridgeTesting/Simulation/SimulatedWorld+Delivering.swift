import AMQPBridge

// A service takes messages from its queue.
extension SimulatedWorld {
    private struct Incoming {
        var message: SimulatedMessage
        var event: IncomingEvent
        var handler: HandlerRegistry.Handler
    }

    func deliver(_ messages: [SimulatedMessage], to service: Int) async {
        note(
            "\(name(of: service)) gets "
                + messages.map { "#\($0.number) \($0.event.routingKey)" }.joined(separator: ", "))
        change { state in
            for message in messages {
                guard let place = state.services[service].queue.firstIndex(where: { $0.number == message.number })
                else { continue }
                state.services[service].queue[place].isRedelivered = true
            }
        }
        let (contents, encoder) = handlers(of: service)
        let incoming = messages.compactMap { decode($0, of: service, contents, encoder.codec) }
        for (index, handler) in contents.batchHandlers.enumerated() {
            let items = incoming.filter { if case .batch(index, _) = $0.handler { true } else { false } }
            if !items.isEmpty { await handle(items, of: service, by: handler) }
        }
        for item in incoming {
            guard case .single(let handler, let policy) = item.handler else { continue }
            await handle(item, of: service, policy, encoder, by: handler)
        }
    }

    /// Nil for what nobody can read: it becomes a letter.
    private func decode(
        _ message: SimulatedMessage, of service: Int, _ contents: HandlerRegistry.Contents, _ codec: any EventCodec
    ) -> Incoming? {
        do {
            let (metadata, event) = try codec.decode(message.event.body, as: contents.types)
            guard let handler = contents.handlers[metadata.type] else { return nil }
            let context = EventContext(
                metadata: metadata, routingKey: message.event.routingKey, attempt: message.failures + 1,
                isRedelivered: message.isRedelivered)
            return Incoming(message: message, event: IncomingEvent(event: event, context: context), handler: handler)
        } catch {
            change { $0.bury(message, of: service, error) }
            return nil
        }
    }

    // MARK: Many at a time

    private func handle(_ items: [Incoming], of service: Int, by handler: any EventBatchHandler) async {
        guard !change({ $0.fault(oneIn: 15) }) else { return note("its database refuses") }
        let results: [HandlingResult]
        do {
            results = try await handler.handle(items.map(\.event))
        } catch {
            return note("nothing can be handled: \(error)")
        }
        let isAckLost = change { $0.fault(oneIn: 8) }
        if isAckLost { note("its acks are lost") }
        for (item, result) in zip(items, results) {
            guard case .batch(_, let policy) = item.handler else { continue }
            switch result {
            case .handled(let events): succeed(item.message, events, isAckLost: isAckLost, of: service)
            case .failed(let error): if !isAckLost { fail(item.message, error, policy, of: service) }
            case .postponed: break
            }
        }
    }

    // MARK: One by one

    private func handle(
        _ item: Incoming, of service: Int, _ policy: RetryPolicy, _ encoder: EventEncoder,
        by handler: HandlerRegistry.Single
    ) async {
        do {
            let events = try await item.event.handled { try await handler(item.event.event, item.event.context) }
                .map { try encoder.encode($0, causedBy: item.event.context.metadata) }
            let isAckLost = change { $0.fault(oneIn: 8) }
            if isAckLost { note("the ack of #\(item.message.number) is lost") }
            succeed(item.message, events, isAckLost: isAckLost, of: service)
        } catch {
            fail(item.message, error, policy, of: service)
        }
    }

    // MARK: Settling

    /// What follows is published first; unless all of it is confirmed, the delivery comes again.
    private func succeed(_ message: SimulatedMessage, _ events: [EncodedEvent], isAckLost: Bool, of service: Int) {
        let isConfirmed = publish(events).allSatisfy(\.isConfirmed)
        guard isConfirmed, !isAckLost else { return }
        change { _ = $0.take(message, from: service) }
    }

    private func fail(_ message: SimulatedMessage, _ error: any Error, _ policy: RetryPolicy, of service: Int) {
        switch policy.classify(error) {
        case .notNow: break
        case .permanent: change { $0.bury(message, of: service, error) }
        case .transient:
            change { state in
                let steps = state.services[service].topology.ladder.steps.count
                guard var again = state.take(message, from: service) else { return }
                again.failures += 1
                state.services[service].queue.append(again)
                if again.failures > steps { state.bury(again, of: service, error) }
            }
        }
    }
}
