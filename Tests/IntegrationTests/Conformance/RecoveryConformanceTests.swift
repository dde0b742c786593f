import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

extension ConformanceTests {
    @Suite("It comes back by itself, and nothing is lost meanwhile")
    struct Recovery {
        @Test("connections are cut in the middle of the traffic", arguments: Backend.allCases)
        func cut(backend: Backend) async throws {
            try await Stage.with(backend, "connections lost: resumed, nothing lost, stale acks dropped") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let calls = Calls()
                // To cut takes longer than to handle all that there is: what comes after has to wait for it.
                let allowed = Mutex(50)
                bus.on(Parcel.self) { parcel, context in
                    try await eventually("it may go on", within: .seconds(30)) {
                        calls.count < allowed.withLock { $0 }
                    }
                    calls.note(parcel, context)
                    return []
                }
                try await stage.publish((0..<600).map { Parcel($0, of: "customer-\($0 % 7)") })
                try await stage.running(bus) {
                    for (limit, next) in [(50, 200), (200, .max)] {
                        try await eventually("\(limit) are done") { calls.count >= limit }
                        try await stage.closeConnections()
                        allowed.withLock { $0 = next }
                    }
                    try await eventually("all are done", within: .seconds(30)) { Set(calls.numbers).count == 600 }
                }
                for customer in 0..<7 {
                    var seen = Set<Int>()
                    let firsts = calls.numbers.filter { $0 % 7 == customer && seen.insert($0).inserted }
                    #expect(firsts == firsts.sorted())
                }
                #expect(try await stage.isDone(service))
            }
        }

        @Test("its queue is deleted", arguments: Backend.allCases)
        func queueDeleted(backend: Backend) async throws {
            try await Stage.with(backend, "own queue deleted: declared again, bindings too, and resumed") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish([Parcel(0)])
                    try await eventually("it consumes") { calls.count == 1 }
                    try await stage.delete(service.inQueue)
                    // Unroutable until it is back.
                    try await eventually("a parcel finds its way", within: .seconds(20)) {
                        try await stage.publish([Parcel(1)]).allSatisfy(\.isConfirmed)
                    }
                    try await eventually("it is handled") { calls.numbers.contains(1) }
                }
            }
        }

        @Test("a rung of its ladder is deleted", arguments: Backend.allCases)
        func rungDeleted(backend: Backend) async throws {
            try await Stage.with(backend, "retry queue deleted: declared again, the failed event is not lost") {
                stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    if parcel.number == 1, calls.attempts(of: 1).count < 3 { throw Broken() }
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish([Parcel(0)])
                    try await eventually("it consumes") { calls.count == 1 }
                    try await stage.delete(QueueName("\(service.service).retry.50ms"))
                    try await stage.publish([Parcel(1)])
                    try await eventually("it is handled in the end", within: .seconds(20)) {
                        calls.attempts(of: 1).count >= 3
                    }
                }
                #expect(try await stage.isDone(service))
                #expect(try await stage.ready(service.deadQueue) == 0)
            }
        }

        @Test("a crash adds a call or a copy, and never takes one away", arguments: Backend.allCases)
        func crashes(backend: Backend) async throws {
            try await Stage.with(
                backend, "crashes while an event climbs: at least N calls, each crash may add, none is lost"
            ) {
                stage in
                let service = try await stage.service()
                let calls = Calls()
                func bus() -> Stage.Bus {
                    let bus = stage.bus(service)
                    bus.on(Parcel.self) { parcel, context in
                        calls.note(parcel, context)
                        throw Broken()
                    }
                    return bus
                }
                try await stage.publish([Parcel(1)])
                for crash in 1...3 {
                    try await stage.crashing(bus()) {
                        try await eventually("call \(crash)", within: .seconds(20)) { calls.count >= crash }
                    }
                }
                try await stage.running(bus()) {
                    try await eventually("it is dead", within: .seconds(20)) {
                        guard try await stage.ready(service.deadQueue) > 0 else { return false }
                        return try await stage.isDone(service)
                    }
                }
                let letters = try await stage.deadLetters.list(service.service)
                #expect(calls.count >= 4)
                #expect((1...4).contains(letters.count), "one, and at most one more for each crash")
                #expect(letters.allSatisfy { $0.attempts == 4 })
                #expect(Set(calls.all.map(\.attempt)) == [1, 2, 3, 4])
            }
        }

        @Test("an alarm holds back who publishes, not who consumes", arguments: Backend.allCases)
        func blocked(backend: Backend) async throws {
            try await Stage.with(backend, "connection.blocked: said, consumers go on, publishing goes on afterwards") {
                stage in
                let service = try await stage.service(listensTo: [Parcel.routingKey, Receipt.routingKey])
                let bus = stage.bus(service)
                let calls = Calls()
                let receipts = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    return parcel.number == 0 ? [Receipt(number: 0)] : []
                }
                bus.on(Receipt.self) { receipt, context in
                    receipts.note(Parcel(receipt.number), context)
                    return []
                }
                bus.pause()
                // The one with a receipt comes last: while it waits for the broker, its lane does.
                try await stage.publish((1...20).map { Parcel($0) } + [Parcel(0)])
                try await stage.running(bus) {
                    try await eventually("it can publish") { stage.obstacles(of: bus) == ["paused"] }
                    try await stage.whileBlocked {
                        bus.resume()
                        try await eventually("all were handled", within: .seconds(20)) { calls.count == 21 }
                        try await eventually("it is said", within: .seconds(20)) {
                            stage.obstacles(of: bus).contains { $0.contains("the broker is blocked: low on memory") }
                        }
                        #expect(receipts.count == 0)
                    }
                    try await eventually("the receipt arrives", within: .seconds(20)) { receipts.count > 0 }
                    try await eventually("nothing is in the way") { stage.obstacles(of: bus) == [] }
                }
                #expect(calls.count == 21, "nobody was called again for it")
                #expect(try await stage.isDone(service))
            }
        }

        @Test("what kills the process is parked, its neighbours are not", arguments: [Backend.memory, .quorum])
        func crashPoison(backend: Backend) async throws {
            try await Stage.with(backend, "crash poison is parked by the delivery limit, its neighbours are not") {
                stage in
                let service = try await stage.service()
                let done = Calls()
                try await stage.publish((0..<40).map { Parcel($0) })
                var crashes = 0
                while try await stage.ready(service.deadQueue) == 0, crashes < 40 {
                    let bus = stage.bus(service) { $0.prefetch = 50 }
                    let hasCrashed = Switch(false)
                    bus.on(Parcel.self) { parcel, context in
                        if parcel.number == 20 {
                            hasCrashed.isOn = true
                            try await Task.sleep(for: .seconds(3600))
                        }
                        done.note(parcel, context)
                        return []
                    }
                    try await stage.crashing(bus) {
                        try await eventually("it crashes, or the poison is parked", within: .seconds(20)) {
                            if hasCrashed.isOn { return true }
                            return try await stage.ready(service.deadQueue) == 1
                        }
                    }
                    if hasCrashed.isOn { crashes += 1 }
                }
                let bus = stage.bus(service)
                bus.on(Parcel.self) { parcel, context in
                    done.note(parcel, context)
                    return []
                }
                try await stage.running(bus) {
                    try await eventually("its neighbours are done", within: .seconds(20)) {
                        Set(done.numbers).count == 39
                    }
                }
                #expect(crashes == Int(ServiceTopology.deliveryLimit) + 1)
                let letters = try await stage.deadLetters.list(service.service)
                #expect(letters.map(\.error) == ["delivery_limit"])
                #expect(!done.numbers.contains(20))
            }
        }

        @Test("events that follow are confirmed before their cause is settled", arguments: Backend.allCases)
        func following(backend: Backend) async throws {
            try await Stage.with(backend, "what follows is confirmed before the ack; what nobody hears fails its cause")
            {
                stage in
                let service = try await stage.service()
                let desk = try await stage.service("desk", listensTo: [Receipt.routingKey])
                let bus = stage.bus(service)
                let deskBus = stage.bus(desk)
                let receipts = Calls()
                bus.on(Parcel.self) { parcel, _ in [Receipt(number: parcel.number), Rumour()] }
                deskBus.on(Receipt.self) { receipt, context in
                    receipts.note(Parcel(receipt.number), context)
                    return []
                }
                try await stage.publish((0..<50).map { Parcel($0) })
                try await stage.running(bus, deskBus) {
                    try await eventually("every receipt arrives", within: .seconds(20)) { receipts.count == 50 }
                    #expect(receipts.numbers == Array(0..<50))
                    try await stage.delete(desk.inQueue)
                    try await stage.publish([Parcel(99)])
                    try await eventually("it arrives once the desk is back, or is dead", within: .seconds(20)) {
                        if receipts.numbers.contains(99) { return true }
                        return try await stage.ready(service.deadQueue) == 1
                    }
                }
                for letter in try await stage.deadLetters.list(service.service) {
                    #expect(letter.error.hasPrefix("unroutable"))
                }
            }
        }
    }
}
