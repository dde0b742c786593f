import AMQPBridge
import AMQPBridgeTesting
import Foundation
import GRDB
import Testing

@testable import Ledger

@Suite("An outbox of an earlier version", .timeLimit(.minutes(1)))
struct OutboxMigrationTests {
    /// Makes the file's outbox what it was in the first version.
    private func makeOld(_ path: String, _ rows: [(id: String, event: TotalChanged)]) async throws {
        let first = try #require(Outbox.migrations.first)
        let encoder = EventEncoder(source: "/test/totals")
        let events = try rows.map { ($0.id, try encoder.encode($0.event, causedBy: nil)) }
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            try database.execute(sql: "DROP TABLE outbox")
            for migration in Outbox.migrations.dropFirst() {
                try database.execute(
                    sql: "DELETE FROM grdb_migrations WHERE identifier = ?", arguments: [migration.name])
            }
            for statement in first.statements { try database.execute(sql: statement) }
            for (id, event) in events {
                try database.execute(
                    sql: """
                        INSERT INTO outbox (event_id, type, key, routing_key, audience, correlation_id, source, time,
                            content_type, body)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        id, event.type.rawValue, event.key, event.routingKey.rawValue, event.audience.rawValue,
                        event.correlationID, event.source, event.time.milliseconds, event.contentType,
                        Data(event.body),
                    ])
            }
        }
        try queue.close()
    }

    @Test("what waited in it is sent, in the order of its keys, with the same ids")
    func waiting() async throws {
        try await withFolder { folder in
            let path = "\(folder)/test.db"
            try openLedger(path).close()
            try await makeOld(
                path,
                [
                    ("1", TotalChanged(name: "a", total: 1)), ("2", TotalChanged(name: "b", total: 1)),
                    ("3", TotalChanged(name: "a", total: 2)),
                ])
            let ledger = try openLedger(path)
            try await ledger.emit([TotalChanged(name: "a", total: 3)])
            let recorder = Recorder()
            try await ledger.sending(to: recorder) {
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(try await recorder.sent == ["a": [1, 2, 3], "b": [1]])
            #expect(await recorder.confirmed.map(\.id).filter { $0.count == 1 }.sorted() == ["1", "2", "3"])
            try ledger.close()
        }
    }
}
