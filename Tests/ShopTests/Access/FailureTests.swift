import AMQPBridge
import ArgumentParser
import Testing

@testable import Shop

@Suite("Exit codes: 0 done, 1 failed, 64 wrong usage, 69 not reachable")
struct FailureTests {
    @Test(arguments: [
        (AMQPError.Code.unreachable, Int32(69)), (.connectionLost, 69), (.timeout, 69), (.invalidConfiguration, 64),
        (.credentialsRefused, 1), (.vhostRefused, 1), (.permissionDenied, 1), (.notFound, 1), (.resourceLocked, 1),
        (.preconditionFailed, 1), (.protocolViolation, 1), (.init("something new"), 1),
    ])
    func ofTheBroker(_ code: AMQPError.Code, _ exitCode: Int32) {
        #expect(Failure(AMQPError(code, "why")) == Failure(message: "why", exitCode: ExitCode(exitCode)))
    }

    @Test func everyCommandTakesJSON() {
        var commands: [any ParsableCommand.Type] = [ShopCommand.self]
        var count = 0
        while let command = commands.popLast() {
            commands += command.configuration.subcommands
            guard command.configuration.subcommands.isEmpty else { continue }
            count += 1
            #expect(ShopCommand.helpMessage(for: command).contains("--json"), "\(command)")
        }
        #expect(count > 15)
    }

    @Test func whatArgumentParserThrowsIsItsOwn() {
        #expect(Failure(ValidationError("x") as any Error) == nil)
        #expect(Failure(CleanExit.helpRequest() as any Error) == nil)
    }

    @Test(arguments: [
        "order place", "order place --line A=1", "order place --email a@b.c", "order place --email a@b.c --line",
        "order place --email nobody --line A=1", "order place --email a@b.c --line A=0",
        "order place --email a@b.c --line A=1 A=2", "order place --email a@b.c --line A=1 --line A=2",
        "order place --email a@b.c --line A=1 --count 0", "order place --email a@b.c --line A=1 --count=-1",
        "order place --email a@b.c --line A=1 --count x", "order place --email a@b.c --line A=1 --rate 0",
        "order place --email a@b.c --line A=1 --rate=-1", "order place --email a@b.c --line A=1 --rate nan",
        "order place --email a@b.c --line A=1 --rate inf", "order place --email a@b.c --line A=1 --id x",
        "order place --email a@b.c --line A=1 --count 1 --id 0190abcd-ef01-7000-8000-00000000000f",
        "order show", "order show 1", "order list --limit 0", "order list --status lost", "order nothing",
        "stock set", "stock set A", "stock set A=-1", "stock set A=1000000001", "stock set A=1 A=1",
        "dead list --service nobody", "dead list --older-than 5", "dead show", "dead show a --id b", "nothing",
        "status --verbose", "topology apply now", "topology plan order.in", "topology drop", "watch order",
        "dead replay", "dead discard", "dead replay --json", "dead discard --service nobody", "dead replay a --id b",
        "dead discard --id=", "dead replay --type=", "dead discard --error=", "dead list --error=",
        "dead discard a b", "dead replay --older-than 5", "order cancel", "order cancel 1", "order trace",
        "order trace 1", "stock set A=1 --low-below=-1", "stock set A=1 --low-below 1000000001", "audit now",
        "audit --wait 10", "audit --placed=",
    ])
    func wrongUsage(_ line: String) throws {
        let error = try #require(throws: (any Error).self) {
            _ = try ShopCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        }
        #expect(ShopCommand.exitCode(for: error).rawValue == 64)
    }

    @Test(arguments: [
        "order place --email a@b.c --line A=1 --json", "order place --email a@b.c --line A=1 B=2 --line C=3 --count 5",
        "order place --line A=1 --email a@b.c --rate 0.5 --count 2 --name Ada --address There",
        "order place --email a@b.c --line A=1 --id 0190ABCD-ef01-7000-8000-00000000000f",
        "order show 0190abcd-ef01-7000-8000-00000000000f --json", "order list --status shipped --limit 1 --json",
        "stock set A=0 B=1000000000 --json", "stock list --json", "status --json", "topology apply --json",
        "topology plan --json", "topology show --json", "watch --json",
        "dead list --service notify --type t --older-than 3d --id i --json", "dead show i --json", "dead show --id i",
        "dead replay i", "dead replay --all --json", "dead discard --service order", "dead replay --error x",
        "order cancel 0190abcd-ef01-7000-8000-00000000000f --reason late --json",
        "order trace 0190abcd-ef01-7000-8000-00000000000f --json", "stock set A=1 --reason counted --low-below 0",
        "audit --json --wait 0s", "audit --placed -",
        "dead discard --older-than 3d --type t --error x --id i --all --json", "dead list --all", "dead show --all",
    ])
    func rightUsage(_ line: String) {
        #expect(throws: Never.self) { try ShopCommand.parseAsRoot(line.split(separator: " ").map(String.init)) }
    }

    @Test(arguments: ["order cancel 0190abcd-ef01-7000-8000-00000000000f", "stock set A=1"])
    func reasonsOfOneLine(_ line: String) {
        for reason in ["a\nb", String(repeating: "x", count: 201)] {
            let words = line.split(separator: " ").map(String.init) + ["--reason", reason]
            let error = #expect(throws: (any Error).self) { _ = try ShopCommand.parseAsRoot(words) }
            #expect(error.map { ShopCommand.exitCode(for: $0).rawValue } == 64)
        }
    }

    @Test(arguments: [
        (#"{"type":"about:blank","title":"Not Found","status":404,"detail":"no such thing"}"#, ": no such thing"),
        ("plain\u{1B}", ": plain\u{FFFD}"), ("", ""),
    ])
    func refusalsOfServices(_ body: String, _ text: String) {
        #expect(ServiceRefusal.text(in: body) == text)
    }
}
