import Testing

@testable import AMQPBridge

@Suite("A service's queues are what the design's table says", .timeLimit(.minutes(1)))
struct ServiceTopologyTests {
    private func topology(_ type: QueueType, ladder: RetryLadder = .standard) -> ServiceTopology {
        ServiceTopology(
            service: "depot", exchange: "test.events", listensTo: ["parcel.sent", "parcel.seen"], queueType: type,
            ladder: ladder)
    }

    private func arguments(_ type: QueueType, ladder: RetryLadder = .standard) -> [String: AMQPTable] {
        Dictionary(
            uniqueKeysWithValues: topology(type, ladder: ladder).own.queues.map { ($0.name.rawValue, $0.arguments) })
    }

    private static func retry(_ milliseconds: Int64, _ more: AMQPTable) -> AMQPTable {
        [
            "x-overflow": "reject-publish", "x-dead-letter-exchange": "depot.rt", "x-dead-letter-routing-key": "in",
            "x-message-ttl": .int(milliseconds),
        ].merging(more) { $1 }
    }

    @Test("quorum queues")
    func quorum() {
        let kind: AMQPTable = ["x-queue-type": "quorum", "x-dead-letter-strategy": "at-least-once"]
        #expect(
            arguments(.quorum) == [
                "depot.in": [
                    "x-queue-type": "quorum", "x-overflow": "reject-publish", "x-dead-letter-exchange": "depot.rt",
                    "x-dead-letter-routing-key": "dead", "x-dead-letter-strategy": "at-least-once",
                    "x-delivery-limit": 20,
                ],
                "depot.retry.1s": Self.retry(1000, kind), "depot.retry.10s": Self.retry(10_000, kind),
                "depot.retry.60s": Self.retry(60_000, kind),
                "depot.dead": ["x-queue-type": "quorum", "x-delivery-limit": 2_147_483_647],
            ])
    }

    @Test("classic queues, without what only quorum queues know")
    func classic() {
        let kind: AMQPTable = ["x-queue-type": "classic"]
        #expect(
            arguments(.classic) == [
                "depot.in": [
                    "x-queue-type": "classic", "x-overflow": "reject-publish", "x-dead-letter-exchange": "depot.rt",
                    "x-dead-letter-routing-key": "dead",
                ],
                "depot.retry.1s": Self.retry(1000, kind), "depot.retry.10s": Self.retry(10_000, kind),
                "depot.retry.60s": Self.retry(60_000, kind), "depot.dead": kind,
            ])
    }

    @Test("exchanges and bindings", arguments: [QueueType.quorum, .classic])
    func bindings(type: QueueType) {
        let topology = topology(type)
        #expect(topology.own.exchanges == [Exchange("depot.rt", .direct)])
        #expect(topology.shared == Topology(exchanges: [Exchange("test.events", .topic)]))
        #expect(
            Set(topology.own.bindings) == [
                Binding("depot.in", to: "test.events", key: "parcel.sent"),
                Binding("depot.in", to: "test.events", key: "parcel.seen"),
                Binding("depot.in", to: "depot.rt", key: "in"),
                Binding("depot.retry.1s", to: "depot.rt", key: "retry.1s"),
                Binding("depot.retry.10s", to: "depot.rt", key: "retry.10s"),
                Binding("depot.retry.60s", to: "depot.rt", key: "retry.60s"),
                Binding("depot.dead", to: "depot.rt", key: "dead"),
            ])
        #expect(topology.own.bindings.count == 7)
        #expect(topology.own.queues.allSatisfy { !$0.isExclusive })
    }

    @Test("a rung that comes again has one queue")
    func rungs() throws {
        let ladder = try RetryLadder("1s,2s,1s,2s,2s")
        #expect(
            topology(.quorum, ladder: ladder).own.queues.map(\.name.rawValue) == [
                "depot.in", "depot.retry.1s", "depot.retry.2s", "depot.dead",
            ])
        #expect(ladder.steps.map(\.name) == ["1s", "2s", "1s", "2s", "2s"])
    }

    @Test("without a ladder there are no retry queues")
    func noLadder() {
        #expect(Set(arguments(.quorum, ladder: RetryLadder(steps: [])).keys) == ["depot.in", "depot.dead"])
    }

    @Test("adding a topology keeps everything once")
    func adding() {
        var all = topology(.quorum).shared
        for _ in 0..<3 { all.add(topology(.quorum).own) }
        #expect(all.exchanges.count == 2 && all.queues.count == 5 && all.bindings.count == 7)
    }
}
