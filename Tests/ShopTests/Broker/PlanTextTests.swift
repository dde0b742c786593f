import AMQPBridge
import Testing

@testable import Shop

@Suite("What is said of a plan")
struct PlanTextTests {
    private let same = TopologyChange(kind: .queue, name: "order.in", state: .same)
    private let unchecked = TopologyChange(kind: .binding, name: "x/k -> order.in", state: .same, isChecked: false)
    private let differing = TopologyChange(
        kind: .queue, name: "order.dead", state: .differs,
        differences: [
            TopologyDifference(argument: "durable", wanted: "true", found: "false"),
            TopologyDifference(argument: "x-message-ttl", wanted: "none", found: "5"),
        ])
    private let missing = [
        TopologyChange(kind: .binding, name: "x/k -> notify.in", state: .missing),
        TopologyChange(kind: .binding, name: "x/l -> notify.in", state: .missing),
        TopologyChange(kind: .queue, name: "notify.in", state: .missing),
    ]
    private let plain = Style(isOn: false)

    @Test func nothingToDo() {
        #expect(
            TopologyPlanCommand.text([same, unchecked], plain)
                == ["all 2 parts are as wanted (1 binding cannot be checked)"])
    }

    @Test func whatIsMissingAndWhatDiffers() {
        #expect(
            TopologyPlanCommand.text([same, differing, unchecked] + missing, plain) == [
                "KIND     NAME              STATE    DIFFERENCES",
                "queue    order.dead        differs  durable: wanted true, found false; x-message-ttl: wanted none, found 5",
                "binding  x/k -> notify.in  missing",
                "binding  x/l -> notify.in  missing",
                "queue    notify.in         missing",
                "`shop topology apply` creates 1 queue, 2 bindings; order.dead differs and must be mended by hand "
                    + "(drain, delete, apply): nothing is ever deleted or changed (1 binding cannot be checked)",
            ])
    }

    @Test func everyPartWithWhatIsWanted() throws {
        let topology = Topology(
            exchanges: [Exchange("x", .topic)],
            queues: [Queue("q", type: .classic, arguments: ["x-message-ttl": 5, "x-flag": true])],
            bindings: [Binding("q", to: "x", key: "k")])
        let states: [TopologyChange] = [
            TopologyChange(kind: .exchange, name: "x", state: .same),
            TopologyChange(kind: .queue, name: "q", state: .missing),
            TopologyChange(kind: .binding, name: "x/k -> q", state: .same, isChecked: false),
        ]
        let parts = Array(zip(states, topology.wantedParts)).map { (change: $0, wanted: $1) }
        #expect(
            TopologyShowCommand.table(parts).lines() == [
                "KIND      NAME      STATE      DIFFERENCES  WANTED",
                "exchange  x         same                    type=topic",
                "queue     q         missing                 x-flag=true x-message-ttl=5 x-queue-type=classic",
                "binding   x/k -> q  unchecked",
            ])
        #expect(
            try JSONLine.text(ChangeRow(parts[2].change, wanted: parts[2].wanted))
                == #"{"checked":false,"differences":[],"kind":"binding","name":"x/k -> q","state":"same","wanted":{}}"#)
        #expect(
            try JSONLine.text(ChangeRow(parts[0].change, wanted: parts[0].wanted))
                == #"{"differences":[],"kind":"exchange","name":"x","state":"same","wanted":{"type":"topic"}}"#)
    }
}
