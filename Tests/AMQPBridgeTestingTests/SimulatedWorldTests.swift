import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

@Suite("A world in which a seed decides", .timeLimit(.minutes(1)))
struct SimulatedWorldTests {
    private static let topology = ServiceTopology(service: "depot", exchange: "test", listensTo: ["crate", "slip.#"])

    /// A world with one service, which keeps a list of what it counts.
    private func count(_ seed: UInt64, faults: Int = 40, once isOnce: Bool) async throws -> (
        list: [Int], trace: [String]
    ) {
        let world = SimulatedWorld(seed: seed, faults: faults)
        let depot = world.service(Self.topology, encoder: EventEncoder(source: "/depot"))
        let list = Mutex<[Int]>([])
        depot.on(Crate.self) { crate, _ in
            list.withLock { list in
                if !isOnce || !list.contains(crate.number) { list.append(crate.number) }
            }
            return [Slip(number: crate.number)]
        }
        depot.on(Slip.self) { _, _ in [] }
        for number in 1...5 { try world.send(Crate(number)) }
        try await world.run()
        #expect(world.letters.isEmpty)
        return (list.withLock { $0 }, world.trace)
    }

    @Test("who tolerates repetition is right in every world")
    func tolerant() async throws {
        for seed in 0..<50 { #expect(try await count(UInt64(seed), once: true).list.sorted() == [1, 2, 3, 4, 5]) }
    }

    @Test("who does not is found out, and comes to meet every order")
    func intolerant() async throws {
        var wrong = 0
        var orders: Set<[Int]> = []
        for seed in 0..<50 {
            let list = try await count(UInt64(seed), once: false).list
            if list.count != 5 { wrong += 1 }
            orders.insert(list.filter { $0 < 3 })
        }
        #expect(wrong > 10)
        #expect(orders.contains([1, 2]) && orders.contains([2, 1]))
    }

    @Test("without faults everything comes once")
    func faultless() async throws {
        for seed in 0..<20 {
            let list = try await count(UInt64(seed), faults: 0, once: false).list
            #expect(list.sorted() == [1, 2, 3, 4, 5])
        }
    }

    @Test("the same seed does the same, another one something else")
    func replays() async throws {
        let first = try await count(3, once: false)
        let again = try await count(3, once: false)
        let other = try await count(4, once: false)
        #expect(first.list == again.list && first.trace == again.trace)
        #expect(first.trace != other.trace)
    }

    // MARK: What handlers throw

    /// One crate, and a handler that throws.
    private func letters(of error: @escaping @Sendable () -> any Error) async throws -> (
        attempts: [Int], [SimulatedLetter]
    ) {
        let world = SimulatedWorld(seed: 1, faults: 0)
        let depot = world.service(Self.topology, encoder: EventEncoder(source: "/depot"))
        let attempts = Mutex<[Int]>([])
        depot.on(Crate.self) { _, context in
            attempts.withLock { $0.append(context.attempt) }
            throw error()
        }
        try world.send(Crate(1))
        try await world.run(limit: 100)
        return (attempts.withLock { $0 }, world.letters)
    }

    @Test("what keeps failing is given up after the ladder's five calls, what never can at once")
    func failures() async throws {
        let (attempts, letters) = try await letters { Jammed() }
        #expect(attempts == [1, 2, 3, 4, 5] && letters.count == 1)
        #expect(letters.first?.service == "depot" && letters.first?.error == "Jammed()")
        #expect(try await self.letters { PermanentFailure("never") }.attempts == [1])
    }

    @Test("what can never be handled at all does not come to rest, and the world says so")
    func neverQuiet() async throws {
        let error = await #expect(throws: AMQPError.self) { try await letters { NotNow("no") } }
        #expect(error?.code == .timeout && error?.message.contains("seed 1") == true)
    }

    @Test("what nobody can read is a letter")
    func unreadable() async throws {
        let world = SimulatedWorld(seed: 1)
        let depot = world.service(Self.topology, encoder: EventEncoder(source: "/depot"))
        depot.on(Crate.self) { _, _ in [] }
        try world.send(Stranger())
        try await world.run()
        #expect(world.letters.map(\.event.routingKey) == ["slip.other"])
    }

    @Test("an event that somebody must hear and nobody does is no silence")
    func unroutable() async throws {
        let world = SimulatedWorld(seed: 1, faults: 0)
        let depot = world.service(Self.topology, encoder: EventEncoder(source: "/depot"))
        depot.errand("publish") {
            _ = await depot.publish([try depot.encoder.encode(Unheard())])
        }
        let error = await #expect(throws: AMQPError.self) { try await world.run() }
        #expect(error?.code == .unroutable)
    }

    @Test("what breaks outside is not counted against the event")
    func mayFail() async throws {
        let failures = Atomic(0)
        for seed in 0..<20 {
            let world = SimulatedWorld(seed: UInt64(seed))
            let depot = world.service(Self.topology, encoder: EventEncoder(source: "/depot"))
            depot.on(Crate.self) { _, _ in
                do {
                    try world.mayFail("the crane")
                } catch {
                    failures.add(1, ordering: .relaxed)
                    throw error
                }
                return []
            }
            for number in 1...5 { try world.send(Crate(number)) }
            try await world.run()
            #expect(world.letters.isEmpty)
        }
        #expect(failures.load(ordering: .relaxed) > 0)
    }

    // MARK: Batches and chores

    @Test("a batch handler gets many at a time, in any order, and its chore goes on until nothing is left")
    func batches() async throws {
        var sizes: Set<Int> = []
        for seed in 0..<30 {
            let world = SimulatedWorld(seed: UInt64(seed))
            let depot = world.service(Self.topology, encoder: EventEncoder(source: "/depot"))
            let shelf = Shelf()
            depot.on([Crate.self], batch: shelf)
            depot.chore { try await shelf.sendOne(to: $0) }
            depot.on(Slip.self) { slip, _ in
                _ = shelf.slips.withLock { $0.insert(slip.number) }
                return []
            }
            for number in 1...8 { try world.send(Crate(number)) }
            try await world.run()
            #expect(shelf.slips.withLock { $0 } == Set(1...8))
            sizes.formUnion(shelf.sizes.withLock { $0 })
        }
        #expect(sizes.contains(1) && sizes.contains { $0 > 3 })
    }
}

/// Keeps crates until its chore has sent a slip for each.
private final class Shelf: EventBatchHandler {
    let slips = Mutex<Set<Int>>([])
    let sizes = Mutex<Set<Int>>([])
    private let waiting = Mutex<[Int]>([])

    func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        _ = sizes.withLock { $0.insert(events.count) }
        waiting.withLock { $0 += events.compactMap { ($0.event as? Crate)?.number } }
        return events.map { _ in .handled([]) }
    }

    func sendOne(to publisher: any EventPublisher) async throws -> Bool {
        guard let number = waiting.withLock({ $0.first }) else { return false }
        let event = try EventEncoder(source: "/depot").encode(Slip(number: number))
        guard await publisher.publish([event]).allSatisfy({ $0.isConfirmed }) else { return false }
        return waiting.withLock { waiting in
            waiting.removeFirst()
            return !waiting.isEmpty
        }
    }

    func run(publishingTo publisher: any EventPublisher) async throws {}

    func drain(until deadline: ContinuousClock.Instant) async {}
}

/// Nobody listens to it.
private struct Unheard: Event {
    static let type: EventType = "test.unheard.v1"
    static let routingKey: RoutingKey = "unheard"
    var subject: String { "unheard" }
}

/// Of a type that the depot does not know.
private struct Stranger: Event {
    static let type: EventType = "test.stranger.v1"
    static let routingKey: RoutingKey = "slip.other"
    var subject: String { "stranger" }
}
