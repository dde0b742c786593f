// From a conclusion to a settlement: first what it leads to is confirmed, then the delivery is acked.
extension HandlerLane {
    /// Settles everything concluded. While the broker cannot be reached it keeps trying: the handlers have done their
    /// work, calling them again would not help.
    func settle(_ generation: Int) async {
        var backoff = Backoff()
        while isCurrent(generation) {
            settleConfirmed()
            let sent = conclusions
            guard !sent.isEmpty else { return }
            let outcomes = await context.publisher.publish(sent.flatMap(\.publishings))
            guard self.generation == generation else { return }
            conclusions = []
            unconfirmedKeys = []
            guard judge(sent, outcomes) > 0 else { continue }
            settleConfirmed()
            guard (try? await context.clock.sleep(backoff.next())) != nil else { return }
        }
    }

    /// Acks what waits for nothing.
    private func settleConfirmed() {
        var tags: [DeliveryTag] = []
        var consumer: DeliveryConsumer?
        var isProof = false
        var unacked: LaneItem?
        var rest: [Conclusion] = []
        for conclusion in conclusions {
            guard conclusion.publishings.isEmpty else {
                rest.append(conclusion)
                continue
            }
            if conclusion.item.dropsAck {
                unacked = conclusion.item
                continue
            }
            if let last = consumer, last !== conclusion.item.consumer {
                acknowledge(tags, to: last)
                tags = []
            }
            consumer = conclusion.item.consumer
            tags.append(conclusion.item.delivery.tag)
            if conclusion.item.isUnsuspected { isProof = true }
        }
        conclusions = rest
        if let consumer { acknowledge(tags, to: consumer) }
        if isProof, context.flow.isCautious { context.flow.proved() }
        if let unacked { crash(unacked) }
    }

    private func acknowledge(_ tags: [DeliveryTag], to consumer: DeliveryConsumer) {
        CrashPoint.before(.ack)
        consumer.settle(tags, .ack)
        context.metrics?.acked(tags.count)
        CrashPoint.after(.ack)
    }

    /// - Returns: how many have to be sent once more.
    private func judge(_ sent: [Conclusion], _ outcomes: [PublishOutcome]) -> Int {
        var next = 0
        var again = 0
        for var conclusion in sent {
            let publishings = conclusion.publishings
            let own = outcomes[next..<next + publishings.count]
            next += publishings.count
            guard !isVoid(conclusion.item) else { continue }
            conclusion.publishings = zip(publishings, own).filter { !$1.isConfirmed }.map(\.0)
            let failure = zip(publishings, own).lazy.compactMap { $1.error(for: $0) }.first
            guard let failure else {
                conclusions.append(conclusion)
                continue
            }
            let isDefinite = own.contains { if case .unknown = $0 { false } else { !$0.isConfirmed } }
            let isToSendAgain =
                switch conclusion.kind {
                case .handled: judgeFollowing(conclusion, failure, isDefinite)
                case .copied: judgeCopy(conclusion, failure)
                }
            if isToSendAgain {
                conclusions.append(conclusion)
                again += 1
            }
        }
        for conclusion in conclusions where conclusion.mustPrecede { unconfirmedKeys.insert(conclusion.item.key) }
        return again
    }

    /// Events that follow. What the broker refused, or nobody listens to, is this event's own failure; what is lost in an
    /// outage is sent again.
    private func judgeFollowing(_ conclusion: Conclusion, _ failure: AMQPError, _ isDefinite: Bool) -> Bool {
        guard isDefinite || failure.failureClass == .permanent else { return true }
        fail(conclusion.item, failure, .free)
        return false
    }

    /// A copy on the own return path. It has to get there, one way or another.
    private func judgeCopy(_ conclusion: Conclusion, _ failure: AMQPError) -> Bool {
        let item = conclusion.item
        guard failure.failureClass != .permanent else {
            // It cannot be sent as it is: the broker moves it to the dead letters itself.
            item.consumer.settle(item.delivery.tag, .reject(requeue: false))
            return false
        }
        if failure.code == .unroutable || failure.underlying(.notFound) { context.flow.fail(failure) }
        return true
    }
}

extension AMQPError {
    /// Whether this is the code, or that of the error that led to it.
    fileprivate func underlying(_ code: Code) -> Bool {
        self.code == code || (underlyingError as? AMQPError)?.code == code
    }
}
