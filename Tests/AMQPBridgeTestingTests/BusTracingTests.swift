import AMQPBridge
import AMQPBridgeTesting
import InMemoryTracing
import Testing
import Tracing

@Suite("A story is one trace", .timeLimit(.minutes(1)))
struct BusTracingTests {
    private func spans(_ depot: Depot, _ name: String) -> [FinishedInMemorySpan] {
        depot.tracer.spans.filter { $0.operationName == name }
    }

    @Test("through retry, dead letter and replay: a span for each call and each publishing, each below what led to it")
    func story() async throws {
        let depot = try Depot(ladder: try RetryLadder("1s"))
        try depot.openDesk()
        depot.isAway.isOn = true
        depot.bus.on(Crate.self) { crate, _ in
            if depot.isAway.isOn { throw Jammed() }
            return [Slip(number: crate.number)]
        }
        let sent = try depot.bus.encoder.encode(Crate(1, of: "ada"))
        depot.broker.publish(sent.publishing(to: "events"))
        try await depot.running {
            try await depot.passTime("it is dead") { depot.dead == 1 && depot.isDone }
            depot.isAway.isOn = false
            try await DeadLetters(depot.broker).replay("depot")
            try await depot.passTime("it is handled") { depot.dead == 0 && depot.isDone }
        }
        let begin = try #require(
            try CloudEventsCodec().decodeMetadata(sent.body).traceparent.flatMap { TraceParent($0) })
        #expect(depot.tracer.spans.allSatisfy { $0.traceID == begin.traceID })
        let calls = spans(depot, "process crate")
        #expect(calls.count == 3 && calls.allSatisfy { $0.parentSpanID == begin.spanID && $0.kind == .consumer })
        #expect(calls.map { $0.attributes.get("amqpbridge.attempt") } == [.int64(1), .int64(2), .int64(1)])
        #expect(calls.map { $0.status?.code == .error } == [true, true, false])
        #expect(calls.map(\.errors.count) == [1, 1, 0])
        for call in calls {
            #expect(call.attributes.get("messaging.system") == "rabbitmq")
            #expect(call.attributes.get("messaging.destination.name") == "depot.in")
            #expect(call.attributes.get("messaging.message.id") == .string(sent.id))
            #expect(call.attributes.get("messaging.message.conversation_id") == "ada")
        }
        #expect(spans(depot, "publish retry.1s").map(\.parentSpanID) == [begin.spanID])
        #expect(spans(depot, "publish dead").map(\.parentSpanID) == [begin.spanID])
        let slip = try #require(spans(depot, "publish slip").first)
        #expect(slip.parentSpanID == calls.last?.spanID && slip.kind == .producer)
        #expect(slip.attributes.get("messaging.destination.name") == "events")
        #expect(depot.tracer.memory.activeSpans.isEmpty)
    }

    @Test("what the broker does not take is an error of its publishing")
    func refused() async throws {
        let depot = try Depot(ladder: try RetryLadder("1s"))
        depot.bus.on(Crate.self) { crate, _ in [Slip(number: crate.number)] }
        try depot.send([Crate(1)])
        try await depot.running {
            try await depot.passTime("it is dead") { depot.dead == 1 && depot.isDone }
        }
        let slips = spans(depot, "publish slip")
        #expect(slips.count == 2 && slips.allSatisfy { $0.status?.code == .error })
    }

    @Test("a handler knows its event and its trace, and what it emits goes on there")
    func scope() async throws {
        let depot = try Depot()
        try depot.openDesk()
        let seen = Scopes()
        depot.bus.on(Crate.self) { crate, _ in
            seen.add(ServiceContext.current?.handling)
            return [Slip(number: crate.number)]
        }
        try depot.send([Crate(1, of: "ada")])
        try await depot.running { try await depot.passTime("it is handled") { depot.isDone && seen.count == 1 } }
        let scope = try #require(seen.first)
        #expect(scope.event?.metadata.subject == "ada" && scope.event?.attempt == 1)
        #expect(scope.traceParent.spanID == spans(depot, "process crate").first?.spanID)
    }
}
