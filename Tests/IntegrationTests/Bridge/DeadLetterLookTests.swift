import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Testing

@Suite("Looking at dead letters changes nothing", .timeLimit(.minutes(4)))
struct DeadLetterLookTests {
    /// All of it but how often a quorum queue delivered it, which is what looking does.
    private struct Seen: Equatable {
        var properties: MessageProperties
        var body: [UInt8]
        var story: [String?]

        init(_ letter: DeadLetter) {
            properties = letter.properties
            properties.headers["x-delivery-count"] = nil
            body = letter.body
            story = [letter.eventID, letter.type, letter.error, letter.firstFailed, letter.lastFailed]
        }
    }

    private static let looks = Thorough.choose(1000, else: 50)

    @Test("many looks: the same letters with the same contents", arguments: [QueueType.classic, .quorum])
    func manyLooks(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            for number in 1...100 {
                try await depot.put(["e-\(number)"], error: "error \(number)", body: [UInt8(number)])
            }
            let first = try await depot.letters.list(depot.service).map(Seen.init)
            #expect(first.map(\.body) == (1...100).map { [UInt8($0)] }, "oldest first")
            for look in 2...Self.looks {
                let again = try await depot.letters.list(depot.service).map(Seen.init)
                try #require(again == first, "look \(look)")
            }
            try await depot.waitUntil(depot.topology.deadQueue, holds: 100)
        }
    }

    @Test("three at the same time: each sees all", arguments: [QueueType.classic, .quorum])
    func threeLooks(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            try await depot.put((1...200).map(String.init))
            for _ in 1...Thorough.choose(20, else: 5) {
                async let one = depot.letters.list(depot.service)
                async let two = depot.letters.list(depot.service)
                async let three = depot.letters.list(depot.service)
                let counts = try await [one.count, two.count, three.count]
                #expect(counts == [200, 200, 200])
            }
            try await depot.waitUntil(depot.topology.deadQueue, holds: 200)
        }
    }

    @Test(
        "who does not let go keeps others out: a clear error after five seconds",
        arguments: Thorough.choose([QueueType.classic, .quorum], else: [.quorum]))
    func busy(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            try await depot.put(["e-1"])
            try await depot.letters.look(depot.service) { _ in
                let start = ContinuousClock.now
                let error = await #expect(throws: AMQPError.self) { try await depot.letters.list(depot.service) }
                #expect(error?.code == .resourceLocked)
                #expect(error?.message.contains("\(depot.service).dead") == true)
                #expect((.seconds(5)...(.seconds(7))).contains(ContinuousClock.now - start))
            }
            #expect(try await depot.letters.list(depot.service).count == 1, "it has let go now")
        }
    }

    @Test("only what is asked for", arguments: [QueueType.classic, .quorum])
    func selection(type: QueueType) async throws {
        try await DeadLetterFixture.with(type) { depot in
            let hourAgo = RFC3339Time(milliseconds: RFC3339Time.now.milliseconds - 3_600_000)
            try await depot.put(["old"], failed: hourAgo)
            try await depot.put(["other"], type: "test.other.v1")
            try await depot.put(["loud"], error: "It BROKE")
            func ids(_ selection: DeadLetterSelection) async throws -> [String?] {
                try await depot.letters.list(depot.service, where: selection).map(\.eventID)
            }
            #expect(try await ids(.all) == ["old", "other", "loud"])
            #expect(try await ids(DeadLetterSelection(eventID: "loud")) == ["loud"])
            #expect(try await ids(DeadLetterSelection(type: "test.other.v1")) == ["other"])
            #expect(try await ids(DeadLetterSelection(errorContains: "it broke")) == ["loud"])
            #expect(try await ids(DeadLetterSelection(olderThan: .seconds(600))) == ["old"])
            #expect(try await ids(DeadLetterSelection(olderThan: .seconds(7200))).isEmpty)
        }
    }

    @Test("no letters; no queue")
    func nothing() async throws {
        try await DeadLetterFixture.with(.quorum) { depot in
            let letters = try await depot.letters.list(depot.service)
            #expect(letters.isEmpty)
            let error = await #expect(throws: AMQPError.self) { try await depot.letters.list("\(depot.service)-2") }
            #expect(error?.code == .notFound && error?.message.contains("topology apply") == true)
        }
    }

    @Test(
        "what the look is told to stop by comes out, and the letters go back", arguments: [QueueType.classic, .quorum])
    func stopped(type: QueueType) async throws {
        struct Enough: Error {}
        try await DeadLetterFixture.with(type) { depot in
            try await depot.put((1...50).map(String.init))
            await #expect(throws: Enough.self) {
                try await depot.letters.look(depot.service) { _ in throw Enough() }
            }
            try await depot.waitUntil(depot.topology.deadQueue, holds: 50)
        }
    }

    @Test("cancelled, it says so instead of showing a part")
    func cancelled() async throws {
        try await DeadLetterFixture.with(.quorum) { depot in
            try await depot.put((1...50).map(String.init))
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await depot.letters.list(depot.service)
            }
            let error = await #expect(throws: AMQPError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            try await depot.waitUntil(depot.topology.deadQueue, holds: 50)
        }
    }
}
