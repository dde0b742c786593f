import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

extension ConformanceTests {
    @Suite("Events of one key keep their order, others do not wait for them")
    struct Order {
        @Test("while one climbs, its successors wait; other keys go on", arguments: Backend.allCases)
        func climbing(backend: Backend) async throws {
            try await Stage.with(backend, "order per key, also while an event climbs the ladder") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let done = Calls()
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    // The first of Ada's fails three times.
                    if parcel.number == 1, context.attempt < 4 { throw Broken() }
                    done.note(parcel, context)
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish((1...4).map { Parcel($0, of: "ada") })
                    try await stage.publish((101...110).map { Parcel($0, of: "bob") })
                    try await eventually("bob's are done") { done.numbers.filter { $0 > 100 }.count == 10 }
                    try await stage.publish((5...8).map { Parcel($0, of: "ada") })
                    try await eventually("ada's are done", within: .seconds(20)) {
                        done.numbers.filter { $0 < 100 }.count == 8
                    }
                }
                #expect(done.numbers.filter { $0 < 100 } == Array(1...8))
                #expect(done.numbers.filter { $0 > 100 } == Array(101...110))
                #expect(calls.attempts(of: 1) == [1, 2, 3, 4])
                for number in 2...8 { #expect(calls.attempts(of: number) == [1], "waiting is not an attempt") }
                #expect(try await stage.isDone(service))
            }
        }

        @Test("a dead letter frees its key", arguments: Backend.allCases)
        func freed(backend: Backend) async throws {
            try await Stage.with(backend, "a dead letter frees its key, and the order of the others holds") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let done = Calls()
                bus.on(Parcel.self) { parcel, context in
                    if parcel.number == 1 { throw Broken() }
                    done.note(parcel, context)
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish((1...5).map { Parcel($0, of: "ada") })
                    try await eventually("the others are done", within: .seconds(20)) { done.count == 4 }
                    #expect(try await stage.ready(service.deadQueue) == 1)
                }
                #expect(done.numbers == [2, 3, 4, 5])
                #expect(try await stage.isDone(service))
            }
        }

        @Test("handlers run beside each other, those of one key do not", arguments: Backend.allCases)
        func parallel(backend: Backend) async throws {
            try await Stage.with(backend, "bounded parallel handlers; one key never beside itself") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service) { $0.concurrency = 4 }
                let calls = Calls()
                let perKey = Mutex<[String: (running: Int, most: Int, order: [Int])]>([:])
                bus.on(Parcel.self) { parcel, context in
                    perKey.withLock { keys in
                        var key = keys[parcel.customer] ?? (0, 0, [])
                        key.running += 1
                        key.most = max(key.most, key.running)
                        key.order.append(parcel.number)
                        keys[parcel.customer] = key
                    }
                    // The work itself.
                    try await calls.running { try await Task.sleep(for: .milliseconds(2)) }
                    perKey.withLock { $0[parcel.customer]?.running -= 1 }
                    calls.note(parcel, context)
                    return []
                }
                try await stage.running(bus) {
                    // The first is handled alone: only then is the full prefetch asked for.
                    try await stage.publish((0..<400).map { Parcel($0, of: "customer-\($0 % 40)") })
                    try await eventually("all are done", within: .seconds(20)) { calls.count == 400 }
                }
                #expect(calls.mostRunning >= 2 && calls.mostRunning <= 4)
                let keys = perKey.withLock { $0 }
                #expect(keys.values.allSatisfy { $0.most == 1 && $0.order == $0.order.sorted() })
            }
        }

        @Test("a batch handler gets many; what fails in it holds back its key", arguments: Backend.allCases)
        func batches(backend: Backend) async throws {
            try await Stage.with(backend, "batch handlers: many at once, each with its own fate, order per key") {
                stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let handler = Sorter()
                bus.on([Parcel.self], batch: handler)
                try await stage.publish((0..<200).map { Parcel($0, of: "customer-\($0 % 20)") })
                try await stage.running(bus) {
                    try await eventually("all are done", within: .seconds(20)) { handler.done.count == 200 }
                }
                #expect(handler.largestBatch > 20)
                for customer in 0..<20 {
                    let numbers = handler.done.filter { $0 % 20 == customer }
                    #expect(numbers == numbers.sorted(), "number 7 failed twice")
                }
                #expect(handler.failures == 2)
                #expect(try await stage.isDone(service))
            }
        }
    }
}

/// A batch handler that fails number 7 twice, and does nothing of its key behind it.
private final class Sorter: EventBatchHandler {
    private let state = Mutex<(done: [Int], failures: Int, largest: Int)>(([], 0, 0))

    var done: [Int] { state.withLock { $0.done } }
    var failures: Int { state.withLock { $0.failures } }
    var largestBatch: Int { state.withLock { $0.largest } }

    func handle(_ events: [IncomingEvent]) async throws -> [HandlingResult] {
        state.withLock { state in
            state.largest = max(state.largest, events.count)
            var failed: Set<String> = []
            return events.map { event in
                guard let parcel = event.event as? Parcel else { return .handled([]) }
                if failed.contains(parcel.customer) { return .postponed }
                if parcel.number == 7, state.failures < 2 {
                    state.failures += 1
                    failed.insert(parcel.customer)
                    return .failed(Broken())
                }
                state.done.append(parcel.number)
                return .handled([])
            }
        }
    }

    func run(publishingTo publisher: any EventPublisher) async throws {}

    func drain(until deadline: ContinuousClock.Instant) async {}
}
