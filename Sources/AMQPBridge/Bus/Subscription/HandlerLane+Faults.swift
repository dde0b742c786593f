import DequeModule

// What a test lets go wrong with deliveries.
extension HandlerLane {
    func injectFault(into item: inout LaneItem) {
        guard let fault = nextFault(for: item) else { return }
        item = item.changed { $1.fault = fault }
        if case .duplicate = fault { waiting.prepend(item.duplicate) }
    }

    func injectFaults(into items: inout [LaneItem]) {
        guard context.faults != nil else { return }
        var duplicates: [LaneItem] = []
        for index in items.indices {
            guard let fault = nextFault(for: items[index]) else { continue }
            items[index] = items[index].changed { $1.fault = fault }
            if case .duplicate = fault { duplicates.append(items[index].duplicate) }
        }
        waiting.insert(contentsOf: duplicates, at: waiting.startIndex)
    }

    private func nextFault(for item: LaneItem) -> InjectedFault? {
        guard let faults = context.faults, !item.isDuplicate, let event = item.event else { return nil }
        return faults.fault(for: event)
    }

    nonisolated func delay(by fault: InjectedFault?) async throws {
        if case .delay(let delay)? = fault { try await context.clock.sleep(delay) }
    }

    /// As the process's end would: what came on the connection is not settled any more, not even handled, and comes
    /// again.
    func crash(_ item: LaneItem, _ permit: Breaker.Permit = .free) {
        context.breaker.leave(permit)
        guard !isVoid(item) else { return }
        discard(upTo: item.delivery.tag.epoch)
        context.flow.fail(AMQPError(.closed, "a fault that a test injected ended the connection"))
    }
}

extension LaneItem {
    var dropsAck: Bool { if case .droppedAck? = fault { true } else { false } }

    /// The same event once more, as the broker would deliver it again.
    fileprivate var duplicate: LaneItem {
        var duplicate = changed { delivery, event in
            delivery.isRedelivered = true
            event.fault = nil
            event.context.isRedelivered = true
        }
        duplicate.isDuplicate = true
        return duplicate
    }

    fileprivate func changed(_ change: (inout Delivery, inout IncomingEvent) -> Void) -> LaneItem {
        guard case .event(var event, let handling) = content else { return self }
        var delivery = delivery
        change(&delivery, &event)
        var item = LaneItem(
            delivery: delivery, consumer: consumer, content: .event(event, handling), attempts: attempts)
        (item.probes, item.isDuplicate) = (probes, isDuplicate)
        return item
    }
}
