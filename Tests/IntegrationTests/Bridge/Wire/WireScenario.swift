import AMQPBridge
import AMQPBridgeTesting
import Logging

/// A bus behind a proxy, several publishers that send until confirmed, and a fault in the middle of it.
struct WireScenario: Sendable {
    /// What strikes, where, for how long.
    struct Fault: Sendable {
        var name: String
        var direction: String
        var strikes: [(FaultProxy.Fault, FaultProxy.Direction)]
        /// How long the path stays bad.
        var lasts: Duration
        /// Nothing comes from the broker any more: it must be noticed by heartbeat.
        var isSilent = false
    }

    static let heartbeat = Duration.seconds(1)
    static let publishTimeout = Duration.seconds(1)
    /// The project's promises.
    static let resumeLimit = Duration.seconds(5)
    static let noticeLimit = heartbeat * 2 + .seconds(1)
    private static let publishers = 4

    let fault: Fault
    /// Bytes that pass before it strikes.
    let position: Int
    let name: String

    func run(_ broker: BrokerFixture) async throws -> WireRow {
        let proxy = try FaultProxy(before: broker.configuration)
        defer { proxy.stop() }
        let bus = try await makeBus(through: proxy, broker)
        let record = WireRecord()
        bus.on(WireEvent.self) { event, _ in
            record.noteHandled(event.id)
            return []
        }
        let running = Task {
            do {
                try await bus.run()
            } catch {
                record.noteEnd(error)
                throw error
            }
        }
        let publishing = Task { await publish(on: bus, record) }
        do {
            let row = try await strike(proxy, bus, record, publishing)
            running.cancel()
            _ = await running.result
            return row
        } catch {
            publishing.cancel()
            running.cancel()
            _ = await publishing.value
            _ = await running.result
            throw error
        }
    }

    private func makeBus(through proxy: FaultProxy, _ broker: BrokerFixture) async throws -> RabbitMQEventBus {
        let topology = ServiceTopology(
            service: broker.unique(name), exchange: ExchangeName(broker.unique("\(name)-events")),
            listensTo: [WireEvent.routingKey], queueType: .classic)
        var whole = topology.shared
        whole.add(topology.own)
        try await broker.declare(whole)
        var amqp = proxy.configuration
        amqp.options.heartbeat = Self.heartbeat
        amqp.options.connectTimeout = .seconds(1)
        amqp.options.callTimeout = .seconds(1)
        amqp.options.publishTimeout = Self.publishTimeout
        var configuration = RabbitMQEventBus.Configuration(amqp: amqp, topology: topology)
        configuration.subscription.shutdownTimeout = .seconds(2)
        return RabbitMQEventBus(
            configuration, encoder: EventEncoder(source: "/test/wire"),
            logger: Logger(label: "wire") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Each event again and again until it is confirmed, as an outbox does, and never another one before.
    private func publish(on bus: RabbitMQEventBus, _ record: WireRecord) async {
        await withTaskGroup(of: Void.self) { group in
            for publisher in 0..<Self.publishers {
                group.addTask {
                    var number = 0
                    while !Task.isCancelled, !record.facts.isStopping {
                        number += 1
                        let event = WireEvent(publisher: publisher, number: number)
                        guard let encoded = try? bus.encoder.encode(event) else { return }
                        record.notePublishing(event.id)
                        await send(encoded, event.id, on: bus, record)
                        try? await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
        }
    }

    private func send(
        _ event: EncodedEvent, _ id: WireEventID, on bus: RabbitMQEventBus, _ record: WireRecord
    ) async {
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let outcome = await bus.publish([event])
            if Task.isCancelled { return }
            record.note(id, outcome[0], since: start)
            if outcome[0].isConfirmed { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func strike(
        _ proxy: FaultProxy, _ bus: RabbitMQEventBus, _ record: WireRecord, _ publishing: Task<Void, Never>
    ) async throws -> WireRow {
        try await eventually("traffic") { record.facts.handled.count > 100 && record.facts.confirmed.count > 100 }
        for (number, (fault, direction)) in fault.strikes.enumerated() {
            // Once one direction is broken, the traffic no longer brings the other to a certain place.
            proxy.strike(fault, direction, after: number == 0 ? position : 0)
            try await eventually("the fault has struck") { proxy.hasStruck }
        }
        if fault.strikes.isEmpty { proxy.refuse() }
        let struck = ContinuousClock.now
        var row = WireRow(fault: fault.name, direction: fault.direction, position: fault.strikes.isEmpty ? 0 : position)
        row.noticed = try await notice(bus, since: struck)
        try await Task.sleep(until: struck + fault.lasts)

        proxy.clean()
        record.watch()
        let clean = ContinuousClock.now
        try? await eventually("both ways work again", within: .seconds(15)) {
            record.facts.firstConfirm != nil && record.facts.firstHandled != nil
        }
        let facts = record.facts
        if let confirm = facts.firstConfirm, let handled = facts.firstHandled {
            row.resumed = max(confirm, handled) - clean - MachineLateness.shared.worst(since: clean)
        } else {
            row.complaints.append("it still lacks: \(bus.state.obstacles)")
        }
        record.stop()
        try? await eventually("all is confirmed", within: .seconds(15)) { record.facts.areAllConfirmed }
        publishing.cancel()
        await publishing.value
        try? await eventually("all that was confirmed is handled", within: .seconds(15)) { record.facts.lost.isEmpty }
        complete(&row, record.facts)
        return row
    }

    /// How long it took until the bus knew; nil when the fault was over before.
    private func notice(_ bus: RabbitMQEventBus, since struck: ContinuousClock.Instant) async throws -> Duration? {
        try? await eventually("the bus has noticed", within: fault.lasts) { !bus.state.obstacles.isEmpty }
        return bus.state.obstacles.isEmpty
            ? nil : ContinuousClock.now - struck - MachineLateness.shared.worst(since: struck)
    }

    private func complete(_ row: inout WireRow, _ facts: WireRecord.Facts) {
        row.published = facts.published.count
        row.confirmed = facts.confirmed.count
        row.handled = facts.handled.count
        row.duplicates = facts.duplicates
        row.lost = facts.lost.count
        row.longestCall = facts.longestCall
        if row.lost > 0 { row.complaints.append("\(row.lost) events were confirmed and never handled") }
        if let end = facts.end { row.complaints.append("the bus ended: \(end)") }
        if !facts.others.isEmpty { row.complaints.append("outcomes that are not true: \(facts.others.prefix(3))") }
        if facts.longestWithoutGrace > Self.publishTimeout {
            row.complaints.append("a call took \(row.longestCall), its deadline is \(Self.publishTimeout)")
        }
        if row.resumed.map({ $0 > Self.resumeLimit }) ?? true {
            row.complaints.append(
                "resumed after \(row.resumed.map { "\($0)" } ?? "never"), allowed \(Self.resumeLimit)")
        }
        if fault.isSilent, row.noticed.map({ $0 > Self.noticeLimit }) ?? true {
            row.complaints.append(
                "noticed after \(row.noticed.map { "\($0)" } ?? "never"), allowed \(Self.noticeLimit)")
        }
    }
}
