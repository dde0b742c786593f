import AMQPBridge
import AMQPBridgeTesting
import Synchronization
import Testing

extension ConformanceTests {
    @Suite("What is pulled, and when it stops")
    struct Flow {
        @Test("an outage stays in the queue; one event at a time is tried", arguments: Backend.allCases)
        func breaker(backend: Backend) async throws {
            try await Stage.with(backend, "breaker: an outage fills the queue, not the dead letters") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service) { options in
                    options.breakerThreshold = 5
                    options.prefetch = 20
                }
                let calls = Calls()
                let done = Calls()
                let isAway = Switch(true)
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    if isAway.isOn { throw Broken() }
                    done.note(parcel, context)
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish((0..<100).map { Parcel($0) })
                    try await eventually("one at a time is tried", within: .seconds(20)) { calls.count >= 9 }
                    // 5 open it, at most 4 of these have climbed; what is tried then has waited for it.
                    #expect(calls.count < 40)
                    #expect(try await stage.ready(service.inQueue) >= 75, "it has stopped pulling")
                    isAway.isOn = false
                    try await eventually("all are done", within: .seconds(30)) { done.count == 100 }
                }
                #expect(Set(done.numbers) == Set(0..<100))
                #expect(calls.all.allSatisfy { $0.attempt <= 2 }, "what is tried does not count")
                #expect(try await stage.ready(service.deadQueue) == 0)
                #expect(try await stage.isDone(service))
            }
        }

        @Test("a few that always fail do not keep the breaker open", arguments: Backend.allCases)
        func poisonInARow(backend: Backend) async throws {
            try await Stage.with(backend, "many hopeless events in a row become dead letters; the rest is handled") {
                stage in
                let service = try await stage.service()
                let bus = stage.bus(service) { $0.breakerThreshold = 5 }
                let done = Calls()
                bus.on(Parcel.self) { parcel, context in
                    if parcel.number < 8 { throw Broken() }
                    done.note(parcel, context)
                    return []
                }
                try await stage.publish((0..<30).map { Parcel($0) })
                try await stage.running(bus) {
                    try await eventually("eight are dead, the others done", within: .seconds(40)) {
                        guard done.count >= 22 else { return false }
                        return try await stage.ready(service.deadQueue) == 8
                    }
                }
                #expect(Set(done.numbers) == Set(8..<30))
            }
        }

        @Test("not now: nothing counts, nothing is lost, and the rest waits", arguments: Backend.allCases)
        func notNow(backend: Backend) async throws {
            try await Stage.with(backend, "\"not now\" is no attempt: the event stays until handling is possible") {
                stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let calls = Calls()
                let done = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    if calls.count <= 6 { throw NotNow("the database is locked") }
                    done.note(parcel, context)
                    return []
                }
                try await stage.publish((0..<5).map { Parcel($0) })
                try await stage.running(bus) {
                    try await eventually("all are done", within: .seconds(30)) { done.count == 5 }
                }
                #expect(calls.all.allSatisfy { $0.attempt == 1 })
                #expect(calls.count == 11)
                #expect(try await stage.isDone(service))
            }
        }

        @Test("paused it takes nothing, resumed it goes on", arguments: Backend.allCases)
        func pause(backend: Backend) async throws {
            try await Stage.with(backend, "pause and resume at run time") { stage in
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
                    bus.pause()
                    // From here on messages stay in the queue: one by one until the first does.
                    var next = 1
                    try await eventually("a message stays", within: .seconds(20)) {
                        try await stage.publish([Parcel(next)])
                        next += 1
                        return try await stage.ready(service.inQueue) > 0
                    }
                    let before = calls.count
                    try await stage.publish([Parcel(next)])
                    #expect(try await stage.ready(service.inQueue) >= 2)
                    #expect(calls.count == before)
                    bus.resume()
                    try await eventually("all are done") { calls.count == next + 1 }
                }
                #expect(try await stage.isDone(service))
            }
        }

        @Test("a handler past its deadline has failed, also when it never ends", arguments: Backend.allCases)
        func deadline(backend: Backend) async throws {
            try await Stage.with(backend, "handler deadline: cancelled, counted, and the others go on") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service) { $0.handlerTimeout = .milliseconds(300) }
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    if parcel.number == 1, context.attempt < 3 { try await Task.sleep(for: .seconds(3600)) }
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish([Parcel(1), Parcel(2)])
                    try await eventually("both are done", within: .seconds(20)) {
                        calls.attempts(of: 1).count == 3 && calls.attempts(of: 2).count == 1
                    }
                }
                #expect(calls.attempts(of: 1) == [1, 2, 3])
                #expect(try await stage.isDone(service))
            }
        }

        @Test("on a graceful shutdown what is in hand is finished", arguments: Backend.allCases)
        func drain(backend: Backend) async throws {
            try await Stage.with(backend, "graceful shutdown: what is in hand is finished, the rest stays whole") {
                stage in
                let service = try await stage.service()
                let calls = Calls()
                func bus() -> Stage.Bus {
                    let bus = stage.bus(service) { $0.prefetch = 20 }
                    bus.on(Parcel.self) { parcel, context in
                        try await Task.sleep(for: .milliseconds(1))
                        calls.note(parcel, context)
                        return []
                    }
                    return bus
                }
                try await stage.publish((0..<500).map { Parcel($0) })
                var rounds = 0
                while calls.count < 500 {
                    let before = calls.count
                    try await stage.running(bus()) {
                        try await eventually("some are done") { calls.count >= min(500, before + 60) }
                    }
                    rounds += 1
                    #expect(try await stage.ready(service.inQueue) + calls.count == 500, "none twice, none gone")
                }
                #expect(rounds > 2)
                #expect(Set(calls.numbers) == Set(0..<500))
            }
        }

        @Test("what cannot be finished in time goes back", arguments: Backend.allCases)
        func surrender(backend: Backend) async throws {
            try await Stage.with(backend, "a shutdown has a deadline: what is not finished is back in the queue") {
                stage in
                let service = try await stage.service()
                let bus = stage.bus(service) { $0.shutdownTimeout = .milliseconds(600) }
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    try await Task.sleep(for: .seconds(3600))
                    return []
                }
                try await stage.publish((0..<5).map { Parcel($0) })
                try await stage.running(bus) {
                    try await eventually("one is in hand") { calls.count == 1 }
                }
                try await eventually("all five are back") { try await stage.ready(service.inQueue) == 5 }
                #expect(try await stage.ready(service.deadQueue) == 0)
            }
        }
    }
}
