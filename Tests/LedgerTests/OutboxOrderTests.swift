import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Ledger
import Testing

@Suite("Events of one key leave in order", .timeLimit(.minutes(1)))
struct OutboxOrderTests {
    /// Every call holds a key once at most, and no key's younger event before its older one.
    private func check(_ calls: [[EncodedEvent]]) throws {
        var next: [String: Int] = [:]
        for call in calls {
            #expect(Set(call.map(\.key)).count == call.count, "two events of one key on the way at the same time")
            for event in call {
                #expect(try event.total >= next[event.key] ?? 0)
                next[event.key] = try event.total
            }
        }
    }

    @Test("20 keys of 10 events, committed in between")
    func order() async throws {
        try await withLedger { ledger in
            let recorder = Recorder()
            try await ledger.sending(to: recorder) {
                for total in 0..<10 {
                    try await ledger.emit(
                        (0..<20).map { TotalChanged(name: "k\(($0 * 7 + total) % 20)", total: total) })
                }
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            let sent = try await recorder.sent
            #expect(sent.count == 20 && sent.values.allSatisfy { $0 == Array(0..<10) })
            try check(await recorder.calls)
        }
    }

    @Test("more keys than one call takes")
    func manyKeys() async throws {
        try await withLedger { ledger in
            let recorder = Recorder()
            try await ledger.emit((0..<2000).map { TotalChanged(name: "k\($0 % 700)", total: $0) })
            try await ledger.sending(to: recorder) {
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(await recorder.confirmed.count == 2000)
            #expect(try await recorder.sent.values.allSatisfy { $0 == $0.sorted() })
            try check(await recorder.calls)
        }
    }

    /// Refusals cost a second each: three seeds with `deploy/test --all`.
    private static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["SHOP_TESTS_ALL"] == "1" ? [1, 2, 3] : [1]

    @Test("with a broker that refuses, loses and confirms as it likes", arguments: seeds)
    func unreliable(seed: UInt64) async throws {
        try await withLedger { ledger in
            let recorder = Recorder { event, attempt in
                // Every event gets through in the end; refusals cost a second each, so there are few.
                var hash = (seed &+ UInt64(attempt)) &* 0x9E37_79B9_7F4A_7C15
                for byte in event.id.utf8.suffix(12) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
                return attempt > 2 || hash % 10 > 1
                    ? .confirmed
                    : hash % 50 == 0 ? .nacked : .unknown(AMQPError(.connectionLost, "gone"))
            }
            try await ledger.sending(to: recorder) {
                try await ledger.emit((0..<100).map { TotalChanged(name: "k\($0 % 8)", total: $0) })
                try await eventually("all are sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            #expect(await recorder.confirmed.count == 100)
            #expect(try await recorder.sent.values.allSatisfy { $0 == $0.sorted() }, "seed \(seed)")
            try check(await recorder.calls)
        }
    }

    @Test("an event leaves as it was committed")
    func contents() async throws {
        try await withLedger { ledger in
            let recorder = Recorder()
            try await ledger.sending(to: recorder) {
                _ = try await ledger.handle([incoming("a", 5)])
                try await eventually("it is sent", within: .seconds(20)) { try await ledger.count("outbox") == 0 }
            }
            let event = try #require(await recorder.confirmed.first)
            let (metadata, _) = try CloudEventsCodec().decode(event.body, as: [TotalChanged.type: TotalChanged.self])
            #expect(event.id == metadata.id && event.type == TotalChanged.type && event.key == "a")
            #expect(event.routingKey == "total.changed" && event.audience == .required)
            #expect(event.correlationID == "story" && event.source == "/test/totals" && event.time == metadata.time)
            #expect(event.contentType == "application/cloudevents+json")
        }
    }
}
