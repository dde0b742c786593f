import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("What goes wrong is the seed's choice, or the test's", .timeLimit(.minutes(1)))
struct FaultPointsTests {
    private func event(_ number: Int, id: String? = nil) -> IncomingEvent {
        let crate = Crate(number)
        let metadata = EventMetadata(
            id: id ?? "\(number)", source: "/test", type: Crate.type, subject: crate.subject, correlationID: "c")
        return IncomingEvent(event: crate, context: EventContext(metadata: metadata, routingKey: Crate.routingKey))
    }

    private func name(_ fault: InjectedFault?) -> String {
        switch fault {
        case nil: "-"
        case .failure(let error)?: "throw \(error)"
        case .delay(let delay)?: "delay \(delay)"
        case .duplicate?: "duplicate"
        case .droppedAck?: "drop"
        case .crashBeforeCommit?: "before"
        case .crashAfterCommit?: "after"
        }
    }

    private func names(_ faults: FaultPoints, _ count: Int) -> [String] {
        (0..<count).map { name(faults.fault(for: event($0))) }
    }

    @Test("the same seed and the same deliveries make the same faults; another seed makes others")
    func seeded() throws {
        func run(_ seed: UInt64) throws -> [String] {
            names(try FaultPoints(seed: seed, [.dropAck: 0.2, .duplicate: 0.1, .delay(.seconds(1)): 0.3]), 200)
        }
        #expect(try run(42) == run(42))
        #expect(try run(42) != run(43))
    }

    @Test("each comes about as often as it was asked for, and is counted")
    func chances() throws {
        let faults = try FaultPoints(seed: 1, [.dropAck: 0.2, .crashAfterCommit: 0.5])
        let names = names(faults, 10_000)
        #expect((1800...2200).contains(names.count { $0 == "drop" }))
        #expect((4800...5200).contains(names.count { $0 == "after" }))
        #expect(faults.injected(.dropAck) == names.count { $0 == "drop" })
        #expect(faults.injected == names.count { $0 != "-" })
        #expect("\(faults)".hasPrefix("seed 1: ") && "\(faults)".contains("\(faults.injected(.dropAck)) dropAck"))
    }

    @Test("a chance of 1 meets everything, of 0 nothing")
    func extremes() throws {
        #expect(names(try FaultPoints([.duplicate: 1]), 50) == Array(repeating: "duplicate", count: 50))
        #expect(names(try FaultPoints([.duplicate: 0]), 50) == Array(repeating: "-", count: 50))
    }

    @Test("a plan says which delivery of which event, and leaves the others to the seed")
    func planned() throws {
        let seeded = try FaultPoints(seed: 7, [.duplicate: 0.3])
        let both = try FaultPoints(seed: 7, [.duplicate: 0.3])
        both.inject(.crashBeforeCommit, onDelivery: 2, of: "owner-3")
        let deliveries = [3, 1, 3, 2, 3, 3]
        let expected = deliveries.map { name(seeded.fault(for: event($0))) }
        let names = deliveries.map { name(both.fault(for: event($0))) }
        #expect(names[2] == "before")
        #expect(names.enumerated().allSatisfy { $0.offset == 2 || $0.element == expected[$0.offset] })
    }

    @Test("without a subject it is for every event; events of one subject are counted apart")
    func everyEvent() throws {
        let faults = try FaultPoints()
        faults.inject(.dropAck, onDelivery: 2)
        let events = [event(1, id: "a"), event(1, id: "b"), event(1, id: "a"), event(1, id: "b"), event(1, id: "a")]
        #expect(events.map { name(faults.fault(for: $0)) } == ["-", "-", "drop", "drop", "-"])
    }

    @Test("it ends after so many, or when the test says so")
    func ends() throws {
        let faults = try FaultPoints([.duplicate: 1], atMost: 3)
        #expect(names(faults, 5) == ["duplicate", "duplicate", "duplicate", "-", "-"])
        let stopped = try FaultPoints([.duplicate: 1])
        #expect(names(stopped, 1) == ["duplicate"])
        stopped.stop()
        #expect(names(stopped, 2) == ["-", "-"] && stopped.injected == 1)
    }

    @Test("an error of the test's own")
    func ownError() throws {
        #expect(names(try FaultPoints([.throwError(PermanentFailure("broken")): 1]), 1) == ["throw broken"])
    }

    @Test("chances that are none are refused", arguments: [[-0.1], [1.1], [0.6, 0.6], [.nan], [.infinity]])
    func refused(chances: [Double]) {
        let error = #expect(throws: AMQPError.self) {
            switch chances.count {
            case 1: _ = try FaultPoints([.dropAck: chances[0]])
            default: _ = try FaultPoints([.dropAck: chances[0], .duplicate: chances[1]])
            }
        }
        #expect(error?.code == .invalidConfiguration)
    }
}
