import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Logging
import Testing

@testable import Ledger

@Suite("Whatever a test injects around a ledger's handlers, each event has its effect once", .timeLimit(.minutes(1)))
struct LedgerFaultTests {
    @Test("a service of ten lines, broken on purpose")
    func breakYourOwn() async throws {
        try await withLedger { ledger in
            let broker = InMemoryBroker()
            let topology = ServiceTopology(service: "adder", exchange: "events", listensTo: ["number.added"])
            try broker.declare(topology.shared)
            try broker.declare(topology.own)
            let bus = InMemoryEventBus(broker, topology, encoder: ledger.encoder)
            ledger.attach(to: bus)

            let faults = try FaultPoints(
                seed: 42, [.dropAck: 0.1, .crashAfterCommit: 0.1, .duplicate: 0.2, .throwError: 0.1], atMost: 50)
            bus.inject(faults)
            for number in 1...100 {
                let event = try bus.encoder.encode(NumberAdded(name: "sum-\(number % 7)", number: number))
                broker.publish(event.publishing(to: "events"))
            }
            async let _: Void = bus.run()
            try await eventually("all is handled") {
                broker.advance(by: .seconds(1))
                return try await ledger.totals().values.reduce(0, +) >= 5050 && broker.isIdle(topology)
            }
            #expect(try await ledger.totals().values.reduce(0, +) == 5050, "each once: \(faults)")
            #expect(faults.injected > 20)
        }
    }

    @Test("before the commit nothing stands, after it everything does; and it comes again")
    func aroundTheCommit() async throws {
        for (side, fault) in [(0, InjectedFault.crashBeforeCommit), (1, .crashAfterCommit)] {
            try await withLedger { ledger in
                var event = incoming("a", 5)
                let neighbour = incoming("b", 7)
                event.fault = fault
                await #expect(throws: InjectedCrash.self) { _ = try await ledger.handle([neighbour, event]) }
                #expect(try await ledger.totals() == (side == 0 ? [:] : ["a": 5, "b": 7]))
                #expect(try await ledger.count("inbox") == side * 2)
                #expect(try await ledger.count("outbox") == side * 2)
                event.fault = nil
                let results = try await ledger.handle([neighbour, event])
                #expect(results.allSatisfy { $0.failure == nil })
                #expect(try await ledger.totals() == ["a": 5, "b": 7])
                #expect(try await ledger.count("outbox") == 2)
            }
        }
    }

    @Test("a call that fails is in the journal, like one that fails by itself")
    func failure() async throws {
        try await withLedger { ledger in
            var event = incoming("a", 5)
            event.fault = .failure(Refused())
            let later = incoming("a", 6)
            let results = try await ledger.handle([event, later, incoming("b", 1)])
            #expect(results.first?.failure is Refused)
            guard case .postponed = results[1] else { Issue.record("it overtook its predecessor"); return }
            #expect(try await ledger.totals() == ["b": 1])
            #expect(try await ledger.count("inbox_failures") == 1)
        }
    }

    @Test("poison that hangs ends the process with 70, poison that crashes kills it", arguments: ["hang", "crash"])
    func poison(effect: String) async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            let expected: ExitTest.Condition = effect == "hang" ? .exitCode(70) : .signal(SIGKILL)
            await #expect(processExitsWith: expected) { [path = path as String, effect = effect as String] in
                try Poison("\(effect):bad").arm()
                let ledger = try EventLedger(
                    path: path, migrations: Totals.migrations, encoder: EventEncoder(source: "/test/totals"),
                    logger: Logger(label: "test"), handlerLimit: .milliseconds(200))
                ledger.on(NumberAdded.self) { event, transaction in try Totals.add(event, in: transaction) }
                try await ledger.sending(to: Recorder()) {
                    _ = try await ledger.handle([incoming("good", 1), incoming("bad", 2)])
                }
            }
            let ledger = try openLedger(path)
            #expect(try await ledger.totals() == [:], "nothing of its batch stands")
            _ = try await ledger.handle([incoming("good", 1)])
            #expect(try await ledger.totals() == ["good": 1])
            try ledger.close()
        }
    }
}

extension InMemoryBroker {
    /// Nothing waits, nothing is in anybody's hand.
    fileprivate func isIdle(_ topology: ServiceTopology) -> Bool {
        topology.own.queues.allSatisfy { messages(in: $0.name)?.isEmpty == true }
            && unsettled(in: topology.inQueue) == 0
    }
}
