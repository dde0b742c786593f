import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("Discarding removes the selected letters and no other", .timeLimit(.minutes(2)))
struct DeadLetterDiscardTests {
    @Test("some", arguments: [QueueType.classic, .quorum])
    func some(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            for number in 1...40 {
                let kind = number.isMultiple(of: 3) ? "test.third.v1" : "test.other.v1"
                try await depot.put(["\(number)"], type: kind)
            }
            let results = try await depot.letters.discard(
                depot.service, where: DeadLetterSelection(type: "test.third.v1"))
            let thirds = (1...40).filter { $0.isMultiple(of: 3) }.map(String.init)
            #expect(results.map(\.id) == thirds && results.allSatisfy(\.isDone))
            let left = try await depot.letters.list(depot.service).map { $0.eventID ?? "none" }
            #expect(left == (1...40).filter { !$0.isMultiple(of: 3) }.map(String.init))
            #expect(try await depot.ready(depot.topology.inQueue) == 0)
        }
    }

    @Test("thousands are gone when it returns, and those of later stay", arguments: [QueueType.classic, .quorum])
    func all(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            try await depot.put((1...5000).map(String.init))
            var isFirst = true
            var count = 0
            try await depot.letters.discard(depot.service) { batch in
                if isFirst { try await depot.put(["later"]) }
                isFirst = false
                count += batch.count
            }
            #expect(count == 5000)
            try await depot.waitUntil(depot.topology.deadQueue, holds: 1)
            #expect(try await depot.takeAll(depot.topology.deadQueue).ids == ["later"])
        }
    }
}
