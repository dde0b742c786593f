import AMQPBridge
import CoreMetrics
import Hummingbird
import Ledger

/// `GET /metrics`: what has been counted, and what is so at the moment.
struct ServiceMetrics: Sendable {
    static let outboxDepth = MetricName("ledger_outbox_events", "Events that are committed and not yet sent")
    static let outboxParked = MetricName(
        "ledger_outbox_parked_events", "Events in the outbox that are not sent again by themselves")
    static let outboxLag = MetricName("ledger_outbox_lag_seconds", "How long the oldest event in the outbox has waited")
    static let inboxSize = MetricName("ledger_inbox_events", "Handled events that are remembered")
    static let ready = MetricName("service_ready", "1 when the service is ready, else 0")

    /// All that a service of this host shows, libraries' own metrics apart.
    static let names = MetricName.ofBuses + [outboxDepth, outboxParked, outboxLag, inboxSize, ready]

    let registry: MetricRegistry
    let bus: RabbitMQEventBus
    let ledger: EventLedger

    func add(to router: Router<ServiceRequestContext>) {
        router.get("/metrics") { _, _ in
            await look()
            return Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: PrometheusText.write(registry.families))))
        }
    }

    /// Notes what is so now. A database that cannot be read leaves its gauges as they were: readiness tells of it.
    private func look() async {
        set(.inFlight, Double(bus.state.inFlight))
        registry.total(.blocked, is: bus.state.blockedTime / .seconds(1))
        set(Self.ready, bus.state.obstacles.isEmpty && ledger.obstacle == nil ? 1 : 0)
        guard let (outbox, inbox) = try? await (ledger.outboxState, ledger.inboxSize) else { return }
        set(Self.outboxDepth, Double(outbox.waiting))
        set(Self.outboxParked, Double(outbox.parked))
        set(Self.outboxLag, outbox.lag() / .seconds(1))
        set(Self.inboxSize, Double(inbox))
    }

    private func set(_ name: MetricName, _ value: Double) {
        registry.makeMeter(label: name.label, dimensions: []).set(value)
    }
}
