import DequeModule
import Logging
import Tracing

// Calling handlers and judging what comes of it.
extension HandlerLane {
    /// So long a conclusion waits for others to be settled with while there is more to handle.
    private static let longestGathering = Duration.milliseconds(5)
    /// How long a handler may go on after its task was cancelled.
    static let grace = Duration.seconds(10)

    func handleOne(_ permit: Breaker.Permit, _ generation: Int) async {
        let index = pick(permit)
        guard !unconfirmedKeys.contains(waiting[index].key) else {
            // What its predecessor led to comes first.
            context.breaker.leave(permit)
            return await settle(generation)
        }
        var item = waiting.remove(at: index)
        if case .refused = item.content {
            refuse(item)
            return context.breaker.leave(permit)
        }
        if mustWait(item) { return context.breaker.leave(permit) }
        injectFault(into: &item)
        guard case .event(let event, let handling) = item.content, let handler = handling.handler else {
            return context.breaker.leave(permit)
        }
        call = Call(items: [item], permit: permit, started: context.clock.now())
        let result = await result(of: handler, event)
        // Somebody else has taken the event over: the deadline or the shutdown.
        guard self.generation == generation, let call else { return }
        self.call = nil
        conclude(item, result, call, generation)
        if Task.isCancelled { return replaceGeneration() }
        if !conclusions.isEmpty, context.clock.now() - oldestConclusion > Self.longestGathering {
            await settle(generation)
        }
    }

    private nonisolated func result(
        of handler: HandlerRegistry.Single, _ event: IncomingEvent
    ) async -> Result<[EncodedEvent], any Error> {
        do {
            try await delay(by: event.fault)
            return .success(
                try await event.handled {
                    let events = try await handler(event.event, event.context)
                    return try events.map { try context.encoder.encode($0, causedBy: event.context.metadata) }
                })
        } catch {
            return .failure(error)
        }
    }

    private func conclude(
        _ item: LaneItem, _ result: Result<[EncodedEvent], any Error>, _ call: Call, _ generation: Int
    ) {
        switch result {
        case .success(let events): succeed(item, events, call.permit)
        case .failure(let error):
            if call.isTimedOut { return fail(item, timeoutError, call.permit) }
            // The bus is being cancelled: not the event's failure. Unsettled, it comes again.
            if Task.isCancelled { return context.breaker.leave(call.permit) }
            if error is InjectedCrash { return crash(item, call.permit) }
            fail(item, error, call.permit)
        }
    }

    func handleMany(_ handler: any EventBatchHandler, _ permit: Breaker.Permit, _ generation: Int) async {
        var items: [LaneItem] = []
        if permit == .probe {
            items = [waiting.remove(at: pick(permit))]
        } else {
            items = Array(waiting)
            waiting.removeAll(keepingCapacity: true)
        }
        items.removeAll { mustWait($0) }
        guard !items.isEmpty else { return context.breaker.leave(permit) }
        injectFaults(into: &items)
        call = Call(items: items, permit: permit, started: context.clock.now())
        let results = await results(of: handler, items.compactMap(\.event))
        guard self.generation == generation else { return }
        call = nil
        switch results {
        case .success(let results):
            for (item, result) in zip(items, results) { conclude(item, result, permit) }
        case .failure(let error):
            if Task.isCancelled { return context.breaker.leave(permit) }
            if error is InjectedCrash { return crash(items[items.count - 1], permit) }
            for item in items { hold(item) }
            context.breaker.notNow(permit, reason: "\(error)")
        }
        // What follows from them is confirmed before later events of their keys are handled.
        await settle(generation)
    }

    private nonisolated func results(
        of handler: any EventBatchHandler, _ events: [IncomingEvent]
    ) async -> Result<[HandlingResult], any Error> {
        do {
            for event in events { try await delay(by: event.fault) }
            let results = try await handler.handle(events)
            guard results.count == events.count else {
                throw AMQPError(
                    .invalidConfiguration, "a batch handler answered \(results.count) of \(events.count)")
            }
            return .success(results)
        } catch {
            return .failure(error)
        }
    }

    private func conclude(_ item: LaneItem, _ result: HandlingResult, _ permit: Breaker.Permit) {
        switch result {
        case .handled(let events): succeed(item, events, permit)
        case .failed(let error): fail(item, error, permit)
        case .postponed:
            insert(item)
            context.breaker.leave(permit)
        }
    }

    // MARK: Success and failure

    private func succeed(_ item: LaneItem, _ events: [EncodedEvent], _ permit: Breaker.Permit) {
        context.breaker.succeeded(permit)
        endLine(of: item)
        let publishings = events.map { $0.publishing(to: context.topology.exchange) }
        add(Conclusion(item: item, kind: .handled, publishings: publishings))
    }

    func fail(_ item: LaneItem, _ error: any Error, _ permit: Breaker.Permit) {
        guard case .event(_, let handling) = item.content else { return }
        switch handling.policy.classify(error) {
        case .permanent:
            context.breaker.succeeded(permit)
            bury(item, error, .permanent)
        case .transient:
            let verdict = context.breaker.failed(item.id, permit, reason: "\(error)")
            if verdict == .hold { hold(item) } else { climb(item, error) }
        case .notNow:
            hold(item)
            context.breaker.notNow(permit, reason: "\(error)")
        }
    }

    private func climb(_ item: LaneItem, _ error: any Error) {
        let steps = context.topology.ladder.steps
        guard item.attempts < steps.count else { return bury(item, error, .exhausted) }
        lines.climbs(item.id, key: item.key, step: item.attempts, at: context.clock.now())
        let rung = steps[item.attempts]
        log("Will be tried again", item, error, ["rung": .string(rung.name)])
        context.metrics?.retried(on: rung)
        add(copied(item, copies.retry(item.delivery, failure: error, on: rung)))
    }

    private func bury(_ item: LaneItem, _ error: any Error, _ reason: BusMetrics.DeadReason) {
        endLine(of: item)
        log("Dead letter", item, error)
        context.metrics?.dead(reason)
        add(copied(item, copies.deadLetter(item.delivery, failure: error)))
    }

    private func refuse(_ item: LaneItem) {
        guard case .refused(let error) = item.content else { return }
        let reason: BusMetrics.DeadReason =
            switch (error as? AMQPError)?.code {
            case .unknownEventType: .unknownType
            case .senderRefused: .sender
            default: .undecodable
            }
        bury(item, error, reason)
    }

    /// An earlier event of its key waits on the ladder: so must this one, and it is sent there.
    private func mustWait(_ item: LaneItem) -> Bool {
        guard !lines.isEmpty else { return false }
        guard case .waiting(let step) = lines.turn(of: item.id, key: item.key, at: context.clock.now()) else {
            return false
        }
        add(copied(item, copies.waiting(item.delivery, on: context.topology.ladder.steps[step])))
        return true
    }

    private func endLine(of item: LaneItem) {
        if !lines.isEmpty { lines.ends(item.id, key: item.key) }
    }

    private func copied(_ item: LaneItem, _ copy: Publishing) -> Conclusion {
        Conclusion(item: item, kind: .copied, publishings: [copy])
    }

    private func add(_ conclusion: Conclusion) {
        if conclusions.isEmpty { oldestConclusion = context.clock.now() }
        conclusions.append(conclusion)
        if conclusion.mustPrecede { unconfirmedKeys.insert(conclusion.item.key) }
    }

    // MARK: The order of what waits

    /// Free: the first. As a probe: the first of some key, the least tried one, so that a few events that always fail do
    /// not keep the breaker open for ever.
    private func pick(_ permit: Breaker.Permit) -> Int {
        guard permit == .probe else { return 0 }
        var seen: Set<String> = []
        var best = 0
        for (index, item) in waiting.enumerated() {
            guard seen.insert(item.key).inserted else { continue }
            if item.probes < waiting[best].probes { best = index }
        }
        return best
    }

    /// Back to where it was.
    private func hold(_ item: LaneItem) {
        var item = item
        item.probes += 1
        insert(item)
    }

    private func insert(_ item: LaneItem) {
        guard !isVoid(item) else { return }
        waiting.insert(item, at: waiting.firstIndex { item.isBefore($0) } ?? waiting.endIndex)
    }

    private func log(_ message: Logger.Message, _ item: LaneItem, _ error: any Error, _ more: Logger.Metadata = [:]) {
        guard context.logger.logLevel <= .debug else { return }
        ServiceContext.withValue(item.event.map { ServiceContext(handling: $0.context) }) {
            context.logger.debug(
                message,
                metadata: more.merging([
                    "event_id": .string(item.delivery.properties.messageID ?? "none"), "error": .string("\(error)"),
                    "attempt": .stringConvertible(item.attempts + 1),
                ]) { $1 })
        }
    }

    // MARK: The handler's deadline

    var timeoutError: AMQPError {
        AMQPError(.timeout, "the handler ran longer than \(context.options.handlerTimeout)")
    }

    /// Ends a call that has run for too long. Batch handlers have no deadline here: theirs is a database's.
    ///
    /// - Returns: when to look again.
    func checkDeadline() -> Duration {
        let timeout = context.options.handlerTimeout
        guard case .single = kind, let call, let item = call.items.first else { return timeout }
        let left = call.started + timeout - context.clock.now()
        guard left <= .zero else { return left }
        if !call.isTimedOut {
            self.call?.isTimedOut = true
            cancelWork()
            return Self.grace
        }
        guard left <= .zero - Self.grace else { return left + Self.grace }
        context.logger.error(
            "A handler does not end, and is left behind",
            metadata: ["event_id": .string(item.id), "deadline": .string("\(timeout)")])
        self.call = nil
        fail(item, timeoutError, call.permit)
        replaceGeneration()
        return timeout
    }
}
