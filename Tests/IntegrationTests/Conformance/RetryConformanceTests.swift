import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Testing

/// One suite for the bus in memory and for RabbitMQ, on both kinds of queues. Its parts are its extensions.
@Suite("Conformance", .timeLimit(.minutes(5)))
struct ConformanceTests {}

extension ConformanceTests {
    @Suite("A failing event climbs the ladder, exactly so often, and ends where people find it")
    struct Retry {
        @Test("as many calls as the ladder has steps, and one", arguments: Backend.allCases)
        func arithmetic(backend: Backend) async throws {
            try await Stage.with(backend, "a failing event: exactly N calls, then a dead letter that says so") {
                stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    if parcel.number > 0 { throw Broken() }
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish([Parcel(1), Parcel(0), Parcel(2)])
                    try await eventually("both are dead", within: .seconds(20)) {
                        try await stage.ready(service.deadQueue) == 2
                    }
                }
                #expect(calls.attempts(of: 1) == [1, 2, 3, 4])
                #expect(calls.attempts(of: 2) == [1, 2, 3, 4])
                #expect(calls.attempts(of: 0) == [1])
                let letters = try await stage.deadLetters.list(service.service)
                #expect(letters.map(\.attempts) == [4, 4])
                #expect(
                    letters.allSatisfy { $0.error.contains("the cart is broken") && $0.routingKey == "parcel.sent" })
                #expect(letters.allSatisfy { ($0.firstFailed ?? "") < ($0.lastFailed ?? "") || backend == .memory })
                #expect(try await stage.isDone(service))
            }
        }

        @Test("it succeeds on a later call and leaves nothing behind", arguments: Backend.allCases)
        func recovery(backend: Backend) async throws {
            try await Stage.with(backend, "an event that works at the third call is done after it") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    if context.attempt < 3 { throw Broken() }
                    #expect(context.routingKey == "parcel.sent")
                    return []
                }
                try await stage.running(bus) {
                    // Fewer than open the breaker.
                    try await stage.publish((1...9).map { Parcel($0) })
                    try await eventually("all were handled", within: .seconds(20)) { calls.count >= 27 }
                }
                for number in 1...9 { #expect(calls.attempts(of: number) == [1, 2, 3]) }
                #expect(try await stage.ready(service.deadQueue) == 0)
                #expect(try await stage.isDone(service))
            }
        }

        @Test("permanent failures, one call; what nobody can read, none", arguments: Backend.allCases)
        func classes(backend: Backend) async throws {
            try await Stage.with(backend, "permanent, undecodable and retry: .never: a dead letter at once") { stage in
                let service = try await stage.service(listensTo: [Parcel.routingKey, Receipt.routingKey])
                let bus = stage.bus(service)
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    throw PermanentFailure("it will never fit")
                }
                bus.on(Receipt.self, retry: .never) { receipt, context in
                    calls.note(Parcel(receipt.number), context)
                    throw Broken()
                }
                try await stage.running(bus) {
                    try await stage.publish([Parcel(1), Receipt(number: 2)])
                    try await stage.send([
                        Publishing(exchange: stage.exchange, routingKey: "parcel.sent", body: Array("garbage".utf8))
                    ])
                    try await eventually("all are dead", within: .seconds(20)) {
                        try await stage.ready(service.deadQueue) == 3
                    }
                }
                #expect(Set(calls.all) == [Calls.Call(number: 1, attempt: 1), Calls.Call(number: 2, attempt: 1)])
                let letters = try await stage.deadLetters.list(service.service)
                #expect(letters.map(\.attempts) == [1, 1, 1])
                #expect(letters.contains { $0.error == "PermanentFailure: it will never fit" })
                #expect(letters.contains { $0.error.hasPrefix("undecodable: ") })
            }
        }

        @Test("a retry returns only to the service that failed", arguments: Backend.allCases)
        func onlyToMe(backend: Backend) async throws {
            try await Stage.with(backend, "a retry comes back to the service that failed and to no other") { stage in
                let failing = try await stage.service("failing")
                let other = try await stage.service("other", listensTo: ["parcel.*", "#"])
                let (bus, otherBus) = (stage.bus(failing), stage.bus(other))
                let (calls, otherCalls) = (Calls(), Calls())
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    throw Broken()
                }
                otherBus.on(Parcel.self) { parcel, context in
                    otherCalls.note(parcel, context)
                    return []
                }
                try await stage.running(bus, otherBus) {
                    try await stage.publish([Parcel(1)])
                    try await eventually("it is dead", within: .seconds(20)) {
                        try await stage.ready(failing.deadQueue) == 1
                    }
                    try await eventually("the other has it") { otherCalls.count > 0 }
                }
                #expect(calls.count == 4)
                #expect(otherCalls.all == [Calls.Call(number: 1, attempt: 1)])
                #expect(try await stage.isDone(other))
            }
        }

        @Test("headers that would lead the copy astray are gone", arguments: Backend.allCases)
        func headers(backend: Backend) async throws {
            try await Stage.with(backend, "x-death, CC and a forged attempt count do not survive a retry") { stage in
                let service = try await stage.service()
                let bus = stage.bus(service)
                let calls = Calls()
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    throw Broken()
                }
                var message = try EventEncoder(source: "/test/s").encode(Parcel(1)).publishing(to: stage.exchange)
                let death: AMQPTable = [
                    "queue": .string(service.ladder.steps[0].name), "reason": "expired", "count": 1,
                    "exchange": "", "routing-keys": .array(["in"]),
                ]
                let rungs = service.ladder.rungs.map { "\(service.service).retry.\($0.name)" }
                message.properties.headers = [
                    "x-death": .array(
                        ([service.inQueue.rawValue] + rungs).map { name in
                            .table(death.merging(["queue": .string(name)]) { $1 })
                        }), "x-first-death-queue": .string(service.inQueue.rawValue), "amqpbridge-attempt": 3,
                    "keep": "me",
                ]
                try await stage.running(bus) {
                    #expect(try await stage.send([message]).allSatisfy { $0.isConfirmed })
                    try await eventually("it is dead", within: .seconds(20)) {
                        try await stage.ready(service.deadQueue) == 1
                    }
                }
                #expect(calls.attempts(of: 1) == [1, 2, 3, 4])
                let headers = try #require(try await stage.deadLetters.list(service.service).first).properties.headers
                #expect(headers["x-death"] == nil && headers["x-first-death-queue"] == nil)
                #expect(headers["keep"] == "me")
            }
        }

        @Test("a replayed letter has all its attempts again; discarded, it is gone", arguments: Backend.allCases)
        func replay(backend: Backend) async throws {
            try await Stage.with(backend, "dead letters: replay to this service only, discard, looking changes nothing")
            {
                stage in
                let service = try await stage.service()
                let other = try await stage.service("other")
                let bus = stage.bus(service)
                let calls = Calls()
                let isBroken = Switch(true)
                bus.on(Parcel.self) { parcel, context in
                    calls.note(parcel, context)
                    if isBroken.isOn { throw PermanentFailure("closed") }
                    return []
                }
                try await stage.running(bus) {
                    try await stage.publish([Parcel(1), Parcel(2)])
                    try await eventually("both are dead", within: .seconds(20)) {
                        try await stage.ready(service.deadQueue) == 2
                    }
                    isBroken.isOn = false
                    let letters = stage.deadLetters
                    let first = try #require(try await letters.list(service.service).first { _ in true })
                    #expect(try await letters.list(service.service).count == 2)
                    let done = try await letters.replay(
                        service.service, where: DeadLetterSelection(eventID: first.eventID))
                    #expect(done.map(\.isDone) == [true])
                    try await eventually("it was handled") { calls.attempts(of: 1).count == 2 }
                    #expect(calls.attempts(of: 1) == [1, 1])
                    #expect(try await letters.discard(service.service).count == 1)
                }
                #expect(try await stage.ready(service.deadQueue) == 0)
                #expect(try await stage.ready(other.inQueue) == 2, "one copy of each, as published")
            }
        }
    }
}
