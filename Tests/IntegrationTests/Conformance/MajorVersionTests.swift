import AMQPBridge
import AMQPBridgeTesting
import Testing

extension ConformanceTests {
    @Suite("An event's next major version")
    struct MajorVersion {
        /// A parcel as its next major version has it: another field in place of the old ones.
        private struct NextParcel: Event {
            static let type: EventType = "test.parcel.v2"
            static let routingKey = Parcel.routingKey
            var label: Int
            var subject: String { "parcel-\(label)" }
        }

        @Test(
            "is a dead letter for who does not know it, and is handled when it is replayed to who does",
            arguments: Backend.allCases)
        func next(backend: Backend) async throws {
            try await Stage.with(backend, "a new major version: a dead letter, replayed once its consumer knows it") {
                stage in
                let service = try await stage.service()
                let old = Calls()
                try await stage.running(consumer(of: service, on: stage, old, knowsNext: false)) {
                    try await stage.publish([Parcel(1), NextParcel(label: 2), Parcel(3)])
                    try await eventually("it is dead", within: .seconds(20)) {
                        try await stage.ready(service.deadQueue) == 1 && old.count == 2
                    }
                }
                #expect(old.numbers.sorted() == [1, 3])
                let letter = try #require(try await stage.deadLetters.list(service.service).first)
                #expect(letter.attempts == 1 && letter.error.contains("test.parcel.v2"), "\(letter.error)")

                let upgraded = Calls()
                try await stage.running(consumer(of: service, on: stage, upgraded, knowsNext: true)) {
                    #expect(try await stage.deadLetters.replay(service.service).map(\.isDone) == [true])
                    try await stage.publish([Parcel(4), NextParcel(label: 5)])
                    try await eventually("all are handled", within: .seconds(20)) { upgraded.count == 3 }
                }
                #expect(upgraded.numbers.sorted() == [2, 4, 5])
                #expect(try await stage.ready(service.deadQueue) == 0)
            }
        }

        private func consumer(
            of service: ServiceTopology, on stage: Stage, _ calls: Calls, knowsNext: Bool
        ) -> Stage.Bus {
            let bus = stage.bus(service)
            bus.on(Parcel.self) { parcel, context in
                calls.note(parcel, context)
                return []
            }
            guard knowsNext else { return bus }
            bus.on(NextParcel.self) { parcel, context in
                calls.note(Parcel(parcel.label), context)
                return []
            }
            return bus
        }
    }
}
