import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("A server that misbehaves gets an error by the deadline, never a crash", .timeLimit(.minutes(5)), .serialized)
struct HostileServerTests {
    /// What a client may need for one bad server, in bytes: its buffers, and what the test itself holds.
    private static let memoryLimit = 48 << 20

    private func meet(_ hostility: Hostility) async throws {
        let before = try Memory.anonymous()
        let server = try ScriptedServer(hostility.script)
        let encounter = await Encounter.with(server, expectsEnd: !hostility.codes.isEmpty)
        server.stop()
        #expect(encounter.overruns == [])
        let failure = encounter.failure
        if hostility.codes.isEmpty {
            #expect(failure == nil, "\(failure.map(String.init(describing:)) ?? "")")
        } else {
            #expect(failure.map { hostility.codes.contains($0.code) } == true, "\(String(describing: failure))")
        }
        #expect(try Memory.anonymous() - before < Self.memoryLimit)
        try await meetAnHonestOne()
    }

    private func meetAnHonestOne() async throws {
        let server = try ScriptedServer()
        let encounter = await Encounter.with(server, expectsEnd: false)
        server.stop()
        #expect(encounter.failure == nil, "the next connection")
        #expect(encounter.overruns == [])
    }

    @Test("in place of a greeting", arguments: Hostility.greetings)
    func greeting(_ hostility: Hostility) async throws { try await meet(hostility) }

    @Test("during the login", arguments: Hostility.logins)
    func login(_ hostility: Hostility) async throws { try await meet(hostility) }

    @Test("in place of an answer", arguments: Hostility.calls)
    func call(_ hostility: Hostility) async throws { try await meet(hostility) }

    @Test("frames that are none", arguments: Hostility.frames)
    func frame(_ hostility: Hostility) async throws { try await meet(hostility) }

    @Test("messages that are none", arguments: Hostility.messages)
    func message(_ hostility: Hostility) async throws { try await meet(hostility) }

    @Test("confirms that are none", arguments: Hostility.confirms)
    func confirm(_ hostility: Hostility) async throws { try await meet(hostility) }

    @Test("tables as deep as the largest frame allows do not exhaust the stack, however large that is")
    func deepTables() async throws {
        // Some 25 MB of stack; a thread has 8 MB or 2 MB unless it asks for more.
        let frameMax = 1 << 20
        let server = try ScriptedServer { moment, honest in
            switch moment {
            case .method(.startOK): .bytes(AMQPBytes.tune(frameMax: 0))
            case .method(.consume): .bytes(honest + Hostility.headers(AMQPBytes.tables(deep: 170_000)))
            default: .bytes(honest)
            }
        }
        let encounter = await Encounter.with(server, expectsEnd: false, timeout: .seconds(5), frameMax: frameMax)
        server.stop()
        #expect(encounter.failure == nil)
        #expect(encounter.deliveries == 1)
    }
}
