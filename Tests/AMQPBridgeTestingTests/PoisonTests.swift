import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Testing

@Suite("Poison ends among the dead letters, and its neighbours do not", .timeLimit(.minutes(1)))
struct PoisonTests {
    private static func run(_ poison: String, until isOver: (Depot) -> Bool, check: (Depot) throws -> Void = { _ in })
        async throws
    {
        try Poison(poison).arm()
        let depot = try Depot(ladder: try RetryLadder("1s,1s")) { $0.handlerTimeout = .seconds(1) }
        depot.bus.on(Crate.self) { crate, context in
            depot.calls.add(crate, context)
            return []
        }
        try depot.send((0..<5).map { Crate($0) })
        try await depot.running {
            try await depot.passTime("all is settled") { depot.isDone && isOver(depot) }
            try check(depot)
            // A handler that never returns keeps its bus from ending; whoever owns the process ends that.
            exit(EXIT_SUCCESS)
        }
    }

    @Test("throw and hang: every call fails, until the ladder ends", arguments: ["throw", "hang"])
    func fails(effect: String) async {
        await #expect(processExitsWith: .success) { [effect = effect as String] in
            try await Self.run("\(effect):owner-2,\(effect):nobody") {
                $0.dead == 1
            } check: { depot in
                let letter = try #require(depot.broker.messages(in: "depot.dead")?.first)
                #expect(letter.properties.headers["amqpbridge-attempt"] == 3)
                let errorType: AMQPValue = effect == "throw" ? "Poisoned" : "timeout"
                #expect(letter.properties.headers["amqpbridge-error-type"] == errorType)
                #expect(Set(depot.calls.numbers) == [0, 1, 3, 4])
            }
        }
    }

    @Test("crash: the process dies as by kill -9")
    func crashes() async {
        await #expect(processExitsWith: .signal(SIGKILL)) { try await Self.run("crash:owner-2") { _ in false } }
    }

    @Test("subjects may hold colons, and several may be named")
    func names() throws {
        #expect(try Poison("throw:a:b,hang:c") == Poison("hang:c,throw:a:b"))
        #expect(try Poison("throw:a") != Poison("crash:a"))
    }

    @Test(
        "anything else is refused, with what is allowed",
        arguments: ["", "throw", "throw:", "sleep:a", "throw:a,", ",", "throw:a,crash:a", "Throw:a", " throw:a"])
    func refused(text: String) {
        let error = #expect(throws: AMQPError.self) { _ = try Poison(text) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("POISON") == true && error?.message.contains("hang:SUBJECT") == true)
    }
}
