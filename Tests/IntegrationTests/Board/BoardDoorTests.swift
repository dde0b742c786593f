import Foundation
import ShopRunning
import Testing

/// What the board's buttons end in, asked by hand.
@Suite("The board's door", .board, .serialized, .timeLimit(.minutes(1)))
struct BoardDoorTests {
    private func post(_ path: String, _ headers: String...) async throws -> (status: Int, body: String) {
        let page = try BoardPage.current()
        let arguments =
            ["-sS", "--noproxy", "*", "--max-time", "20", "-w", "\n%{http_code}", "-X", "POST"]
            + headers.flatMap { ["-H", $0] }
        let command = Command(
            executable: URL(filePath: "/usr/bin/curl"), arguments: arguments + [page.url + path])
        let lines = try await command.run().checked().output.split(separator: "\n")
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    @Test("Whoever shows no token, or another one, can do nothing; who shows it is told what there is")
    func token() async throws {
        let path = "/api/letters/inventory/some-event/replay"
        for header in ["X: y", "Authorization: Bearer not-the-token-at-all", "Authorization: Basic YTpi"] {
            let answer = try await post(path, header)
            #expect(answer.status == 401 && answer.body.contains("operator's token"), "\(answer)")
        }
        let token = "Authorization: Bearer \(ShopFixture.boardToken)"
        let missing = try await post(path, token)
        #expect(missing.status == 404 && missing.body.contains("no dead letter some-event"), "\(missing)")
        let stranger = try await post("/api/letters/nobody/some-event/discard", token)
        #expect(stranger.status == 404 && stranger.body.contains("no such service"), "\(stranger)")
    }

    @Test("Guessing is slowed down")
    func guessing() async throws {
        var statuses: Set<Int> = []
        for number in 0..<60 where !statuses.contains(429) {
            statuses.insert(
                try await post("/api/letters/order/e/discard", "Authorization: Bearer guess-number-\(number)").status)
        }
        #expect(statuses == [401, 429])
    }
}
