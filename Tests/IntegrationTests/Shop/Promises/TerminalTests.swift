import Foundation
import ShopRunning
import Testing

extension WholeShop.CommandLine {
    /// What `shop topology show` prints on a terminal of its own, line by line.
    private func onTerminal(_ environment: [String: String]) async throws -> [String] {
        let shop = try ShopFixture.current()
        var command = Command(executable: .init(filePath: "/usr/bin/script"))
        command.arguments = ["-qec", "\(ShopBinaries.named("shop").path) topology show", "/dev/null"]
        command.environment = ["AMQP_URL": shop.brokerURL, "TERM": "xterm"].merging(environment) { $1 }
        return try await command.run().checked().output.replacing("\r\n", with: "\n").components(separatedBy: "\n")
    }

    @Test("On a terminal there are colours, unless they are not wanted; they move nothing. Elsewhere there are none")
    func colours() async throws {
        let shop = try ShopFixture.current()
        let plain = try await shop.command("topology", "show").checked().output.components(separatedBy: "\n")
        #expect(plain.count > 10 && !plain.joined().contains("\u{1B}"))
        let painted = try await onTerminal([:])
        #expect(painted.first?.hasPrefix("\u{1B}[1mKIND ") == true)
        #expect(painted.contains { $0.contains("\u{1B}[32msame\u{1B}[0m  ") }, "\(painted.prefix(3))")
        let bare = painted.map { line in
            ["0", "1", "2", "31", "32"].reduce(line) { $0.replacing("\u{1B}[\($1)m", with: "") }
        }
        #expect(bare == plain)
        #expect(try await onTerminal(["NO_COLOR": "1"]) == plain)
        #expect(try await onTerminal(["TERM": "dumb"]) == plain)
    }

    @Test("bash completes commands, options and values")
    func completion() async throws {
        let script = """
            source <("$SHOP" --generate-completion-script bash)
            for line in 'or' 'order ' 'order list --status sh' 'dead replay --old'; do
              COMP_LINE="shop $line" COMP_POINT=$((${#line} + 5))
              mapfile -t COMP_WORDS < <(printf '%s\\n' shop; printf '%s' "$line" | tr ' ' '\\n'; echo)
              COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
              _shop shop "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
              echo "${COMPREPLY[*]}"
            done
            """
        let command = Command(
            executable: .init(filePath: "/bin/bash"), arguments: ["-euc", script],
            environment: ["SHOP": ShopBinaries.named("shop").path])
        let lines = try await command.run().checked().output.components(separatedBy: "\n")
        try #require(lines.count == 5, "\(lines)")
        #expect(lines[0] == "order")
        #expect(Set(lines[1].split(separator: " ")).isSuperset(of: ["place", "cancel", "show", "list", "trace"]))
        #expect(lines[2] == "shipped" && lines[3] == "--older-than", "\(lines)")
    }
}
