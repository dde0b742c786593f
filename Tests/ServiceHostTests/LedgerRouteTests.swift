import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import ServiceHost

@Suite("What a service tells of its ledger", .timeLimit(.minutes(1)))
struct LedgerRouteTests {
    private func withLedger(_ body: (EventLedger) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "routes-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: "\(folder)/test.db", migrations: [], encoder: EventEncoder(source: "/test/routes"),
            logger: Logger(label: "test"))
        try await body(ledger)
        try ledger.close()
    }

    private func encoded(_ value: any Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private let cancel = CancelOrder(orderID: "o-1")

    @Test("a trace: attempts and what waits, times in RFC 3339, nothing that is not there")
    func trace() async throws {
        try await withLedger { ledger in
            let emitted = RFC3339Time(milliseconds: 1_700_000_000_250)
            let metadata = EventMetadata(
                id: "e-1", source: "/shop/order", type: CancelOrder.type, subject: "o-1", time: emitted,
                correlationID: "o-1")
            try await ledger.write { [cancel] transaction in
                try transaction.record(
                    EventContext(metadata: metadata, routingKey: "order.created"), .failed("no mail server"))
                try transaction.record(
                    EventContext(metadata: metadata, routingKey: "order.created", attempt: 2), .handled)
                try transaction.emit(cancel)
            }
            let report = try await ledger.read { try TraceRoute.report(of: "o-1", service: "notify", in: $0) }
            let fields = ["time", "event", "event_id", "source", "emitted_at", "attempt", "outcome"]
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(try encoded(report).utf8)) as? [String: Any])
            let entries = try #require(json["entries"] as? [[String: Any]])
            #expect(json["service"] as? String == "notify")
            #expect(entries.map { Set($0.keys) } == [Set(fields), Set(fields)])
            #expect(entries.map { $0["outcome"] as? String } == ["failed: no mail server", "handled"])
            #expect(entries.map { $0["attempt"] as? Int } == [1, 2])
            #expect(entries.allSatisfy { $0["emitted_at"] as? String == "2023-11-14T22:13:20.250Z" })
            let waiting = try #require(json["waiting"] as? [[String: Any]])
            #expect(waiting.map { Set($0.keys) } == [["event", "event_id", "time", "attempts", "parked"]])
            #expect(waiting.first?["event"] as? String == CancelOrder.routingKey.rawValue)
            let other = try await ledger.read { try TraceRoute.report(of: "o-2", service: "notify", in: $0) }
            #expect(try encoded(other) == #"{"entries":[],"service":"notify","waiting":[]}"#)
        }
    }

    @Test("the books: the outbox as the contract writes it, page by page")
    func audit() async throws {
        try await withLedger { ledger in
            try await ledger.write { [cancel] transaction in
                for _ in 0..<3 { try transaction.emit(cancel) }
            }
            let first = try await ledger.read { try AuditSection.outbox.page("", 2, $0) }
            let second = try await ledger.read { try AuditSection.outbox.page(first.last?.key ?? "", 2, $0) }
            #expect(first.count == 2 && second.count == 1)
            let records = try (first + second).map {
                try JSONDecoder().decode(AuditRecord.self, from: Data(try encoded($0.record).utf8))
            }
            for case .outbox(let row) in records {
                #expect(row.key == "o-1" && row.event == CancelOrder.routingKey.rawValue)
                #expect(row.attempts == 0 && !row.parked && !row.eventID.isEmpty)
            }
            #expect(try zip(records, first + second).allSatisfy { try encoded($0) == encoded($1.record) })
        }
    }
}
