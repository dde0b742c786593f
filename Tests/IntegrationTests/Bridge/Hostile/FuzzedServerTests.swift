import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Testing

@Suite("A server's bytes changed at random get an error by the deadline, never a crash", .timeLimit(.minutes(60)))
struct FuzzedServerTests {
    /// Cases of a commit and of a thorough run; each is its own seed.
    private static let count = Thorough.isWanted ? 20_000 : 200
    /// So many at a time: they wait most of the time.
    private static let atOnce = 16
    private static let memoryLimit = 64 << 20
    private static let timeout = Duration.milliseconds(150)

    /// When the bytes change: what the server says is valid until then.
    private static let moments: [ScriptedServer.Moment] = [
        .greeting, .method(.startOK), .method(.open), .method(.channelOpen), .method(.confirmSelect),
        .method(.declare), .method(.qos), .method(.consume), .published, .method(.cancel), .method(.connectionClose),
    ]

    @Test("bit flips, truncations, insertions, lengths at their limits")
    func fuzz() async throws {
        _ = try await Self.meet(seed: 0)
        let before = try Memory.anonymous()
        var complaints: [String] = []
        await withTaskGroup(of: String?.self) { group in
            for seed in 1...Self.count {
                if seed > Self.atOnce, let complaint = await group.next() { complaints += complaint.map { [$0] } ?? [] }
                group.addTask { await Self.complaint(seed: UInt64(seed)) }
            }
            for await complaint in group { complaints += complaint.map { [$0] } ?? [] }
        }
        #expect(complaints == [])
        #expect(try Memory.anonymous() - before < Self.memoryLimit)
        let server = try ScriptedServer()
        let honest = await Encounter.with(server, expectsEnd: false)
        server.stop()
        #expect(honest.failure == nil, "the next connection")
    }

    private static func complaint(seed: UInt64) async -> String? {
        do {
            let encounter = try await meet(seed: seed)
            return encounter.overruns.isEmpty ? nil : "seed \(seed): \(encounter.overruns)"
        } catch {
            return "seed \(seed): \(error)"
        }
    }

    private static func meet(seed: UInt64) async throws -> Encounter {
        var random = SeededGenerator(seed: seed)
        guard let fuzzed = moments.randomElement(using: &random) else { return Encounter() }
        let server = try ScriptedServer { moment, honest in
            guard moment == fuzzed else { return .bytes(honest) }
            // Made anew, so that the same seed gives the same bytes whenever they are asked for.
            var mutation = Mutation(random: SeededGenerator(seed: seed))
            let valid = moment == .method(.consume) ? honest + traffic : honest
            return .bytes(mutation.mutate(valid))
        }
        defer { server.stop() }
        return await Encounter.with(server, expectsEnd: false, timeout: timeout)
    }

    /// Everything a server may send to a consumer, with all properties and every kind of header.
    private static let traffic: [UInt8] = {
        typealias A = AMQPBytes
        let kinds: [[UInt8]] = [
            Array("t".utf8) + [1], Array("b".utf8) + [1], Array("B".utf8) + [1], Array("s".utf8) + [0, 1],
            Array("u".utf8) + [0, 1], Array("I".utf8) + A.number(UInt32(1)), Array("i".utf8) + A.number(UInt32(1)),
            Array("l".utf8) + A.number(UInt64(1)), Array("f".utf8) + A.number(UInt32(1)),
            Array("d".utf8) + A.number(UInt64(1)), Array("D".utf8) + [2] + A.number(UInt32(1)),
            Array("S".utf8) + A.long("text"), Array("x".utf8) + A.long("bytes"), Array("T".utf8) + A.number(UInt64(1)),
            Array("V".utf8), Array("A".utf8) + A.long(Array("V".utf8)), Array("F".utf8) + A.tables(deep: 3),
        ]
        let table = kinds.enumerated().flatMap { A.short("key\($0)") + $1 }
        let properties =
            [0xFF, 0xFC] + A.short("text/plain") + A.short("utf-8") + A.long(table) + [2, 5] + A.short("correlation")
            + A.short("reply") + A.short("60000") + A.short("id") + A.number(UInt64(1)) + A.short("type")
            + A.short("user") + A.short("app") + A.short("cluster")
        let returned = A.method(.returned, A.number(UInt16(312)) + A.short("NO_ROUTE") + A.short("") + A.short("q"))
        return A.deliver(tag: 1) + A.header(size: 4, properties) + A.body([1, 2]) + A.heartbeat + A.body([3, 4])
            + returned + A.header(size: 1, properties) + A.body([1])
            + A.method(channel: 0, .blocked, A.short("low on memory")) + A.method(channel: 0, MethodID(10, 61))
            + A.deliver(tag: 2) + A.header(size: 0)
    }()
}
