import DequeModule
import Logging

/// What all lanes of a subscription share.
struct LaneContext: Sendable {
    var topology: ServiceTopology
    var options: SubscriptionOptions
    var encoder: EventEncoder
    var publisher: BusPublisher
    var metrics: BusMetrics?
    var instruments: HandlerInstruments?
    var breaker: Breaker
    var flow: FlowControl
    /// What a test lets go wrong.
    var faults: (any FaultSource)?
    var clock: BusClock
    var logger: Logger
}

/// Handles deliveries one after the other, in the order of their arrival, and settles them.
///
/// Events of one key always take the same lane, so their order needs no bookkeeping while nothing fails; a subscription
/// has as many lanes as handlers may run at the same time, and one more for every batch handler. A lane outlives
/// connections: what it remembers about failed events of a key (``KeyLines``) holds across a reconnect.
///
/// The handler runs in a task that can be given up (``work(_:)`` of one generation); the state stays in the actor, and
/// the next generation goes on with it.
actor HandlerLane {
    enum Kind: Sendable {
        case single
        case batch(any EventBatchHandler)
    }

    /// A handler that is running.
    struct Call {
        var items: [LaneItem]
        var permit: Breaker.Permit
        var started: Duration
        var isTimedOut = false
    }

    let kind: Kind
    let context: LaneContext
    /// In hand and not concluded, in the order of arrival.
    var waiting: Deque<LaneItem> = []
    var lines: KeyLines
    /// Concluded and not settled.
    var conclusions: [Conclusion] = []
    /// Keys with events that follow and are not confirmed yet.
    var unconfirmedKeys: Set<String> = []
    var oldestConclusion = Duration.zero
    var call: Call?
    private(set) var generation = 0
    private var giveUps: [Int: AsyncStream<Never>.Continuation] = [:]
    private var idlers: [CheckedContinuation<Void, Never>] = []
    /// Deliveries of this connection and all before it are void.
    private var lostEpoch: UInt64 = 0
    private let doorbell = Doorbell()
    private let generations: AsyncStream<Int>
    private let nextGeneration: AsyncStream<Int>.Continuation

    init(_ kind: Kind, _ context: LaneContext) {
        self.kind = kind
        self.context = context
        lines = KeyLines(ladder: context.topology.ladder)
        (generations, nextGeneration) = AsyncStream.makeStream()
        nextGeneration.yield(0)
    }

    /// Where it runs; nil for the threads that all tasks share.
    nonisolated var executor: (any TaskExecutor)? {
        switch kind {
        case .single: nil
        case .batch(let handler): handler.executor
        }
    }

    /// Until cancelled.
    nonisolated func run() async {
        await withTaskGroup(of: Void.self) { group in
            for await generation in generations {
                group.addTask { await self.run(generation) }
            }
            group.cancelAll()
        }
    }

    private nonisolated func run(_ generation: Int) async {
        let (stream, giveUp) = AsyncStream<Never>.makeStream()
        await setGiveUp(giveUp, of: generation)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.work(generation) }
            group.addTask { for await _ in stream {} }
            await group.next()
            group.cancelAll()
        }
    }

    private func setGiveUp(_ giveUp: AsyncStream<Never>.Continuation, of generation: Int) {
        if generation == self.generation { giveUps[generation] = giveUp } else { giveUp.finish() }
    }

    func isCurrent(_ generation: Int) -> Bool { generation == self.generation && !Task.isCancelled }

    private func work(_ generation: Int) async {
        while isCurrent(generation) {
            if waiting.isEmpty || context.breaker.isOpen {
                await settle(generation)
                guard isCurrent(generation) else { return }
            }
            guard !waiting.isEmpty else {
                noteIdle()
                await doorbell.wait()
                continue
            }
            guard let permit = context.breaker.isOpen ? await context.breaker.enter() : .free else { return }
            guard isCurrent(generation), !waiting.isEmpty else {
                context.breaker.leave(permit)
                continue
            }
            switch kind {
            case .single: await handleOne(permit, generation)
            case .batch(let handler): await handleMany(handler, permit, generation)
            }
        }
    }

    // MARK: From outside

    func add(_ items: [LaneItem]) {
        waiting.append(contentsOf: items.lazy.filter { !self.isVoid($0) })
        doorbell.ring()
    }

    /// Waits until nothing is in hand.
    func drained() async {
        guard !isIdle else { return }
        await withCheckedContinuation { idlers.append($0) }
    }

    /// Everything goes back to the queue, also what a handler is working on; its result will not count.
    func surrender() {
        let items = Array(waiting) + (call?.items ?? []) + conclusions.map(\.item)
        for item in items { item.consumer.settle(item.delivery.tag, .requeue) }
        if let call { context.breaker.leave(call.permit) }
        waiting = []
        conclusions = []
        unconfirmedKeys = []
        call = nil
        replaceGeneration()
        noteIdle()
    }

    /// What nobody is working on goes back to the queue.
    ///
    /// What has come back often goes as a fresh copy: the broker counts deliveries, an outage of hours must not look like
    /// an event that kills the process.
    func giveBack() async {
        let items = waiting
        waiting = []
        // Neither fresh copies nor what has come back several times keeps its place in the queue (a quorum queue puts it
        // behind everything else that came back). So what is in hand now has to be handled before others of its key.
        for item in (call?.items ?? []) + items where item.event != nil {
            lines.goesBack(item.id, key: item.key, at: context.clock.now())
        }
        let worn = items.filter { $0.deliveryCount >= ServiceTopology.deliveryLimit / 2 }
        for item in items where item.deliveryCount < ServiceTopology.deliveryLimit / 2 {
            item.consumer.settle(item.delivery.tag, .requeue)
        }
        guard !worn.isEmpty else { return }
        let outcomes = await context.publisher.publish(worn.map { copies.again($0.delivery) })
        for (item, outcome) in zip(worn, outcomes) {
            item.consumer.settle(item.delivery.tag, outcome.isConfirmed ? .ack : .requeue)
        }
    }

    /// The connection is gone, and with it all deliveries that came on it: the broker delivers them again.
    func discard(upTo epoch: UInt64) {
        lostEpoch = max(lostEpoch, epoch)
        waiting.removeAll { isVoid($0) }
        conclusions.removeAll { isVoid($0.item) }
        // They come again, and whoever waited for them here would wait for ever.
        unconfirmedKeys = Set(conclusions.lazy.filter(\.mustPrecede).map(\.item.key))
        noteIdle()
    }

    func isVoid(_ item: LaneItem) -> Bool { item.delivery.tag.epoch <= lostEpoch }

    var copies: ReturnCopy { ReturnCopy(topology: context.topology, frameMax: context.publisher.frameMax) }

    // MARK: Generations

    /// The task that is at work stops counting: it is cancelled, and another one goes on with what is left.
    func replaceGeneration() {
        giveUps.removeValue(forKey: generation)?.finish()
        generation += 1
        nextGeneration.yield(generation)
    }

    /// Cancels the running handler's task; the generation goes on until it has ended or is replaced.
    func cancelWork() { giveUps[generation]?.finish() }

    private var isIdle: Bool { waiting.isEmpty && call == nil && conclusions.isEmpty }

    private func noteIdle() {
        guard isIdle else { return }
        for idler in idlers { idler.resume() }
        idlers = []
    }
}
