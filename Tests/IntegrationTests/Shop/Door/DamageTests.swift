import AMQPBridge
import Foundation
import ShopRunning
import Testing

@Suite("Orders over HTTP, and a database that is damaged", .timeLimit(.minutes(1)))
struct DamageTests {
    /// All that was written is in the one file afterwards, and all but its first page is overwritten.
    private static let damage = """
        import os, sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        with open(sys.argv[1], "r+b") as file:
            file.seek(4096)
            file.write(b"\\xa5" * (os.path.getsize(sys.argv[1]) - 4096))
        """

    @Test("503 for every question, also one with a long answer, and no word about files; readiness says why")
    func reading() async throws {
        try await OrderDoor.with { door in
            let id = UUIDv7().description
            #expect(try await door.ask("POST", "/orders", body: OrderDoor.order(id)).status == 202)
            let file = door.process.dataFolder.appending(path: "order.db").path
            let command = Command(
                executable: .init(filePath: "/usr/bin/python3"), arguments: ["-c", Self.damage, file])
            _ = try await command.run().checked()
            for path in ["/orders", "/orders/\(id)", "/orders/\(id)/events"] {
                let answer = try await door.ask("GET", path)
                #expect(answer.status == 503, "\(path)")
                #expect(answer.headers["retry-after"] == "5")
                #expect(answer.problem == "nothing can be read or stored at the moment; /health/ready says why")
            }
            #expect(try await door.process.health("ready").body.contains("is damaged"))
        }
    }
}
