import Foundation
import Measure

// What an event costs a ledger that has stored many: inbox row, one state row written, one event into the outbox and out
// of it again, in batches of 64, every commit on the disk (synchronous=FULL).
//
//   LedgerBench v7|v4|v4-old-too EVENTS SIZE…
//
//       order ids that grow with time, or random ones; half of the events are about new orders and half about one of the
//       last 10,000, or of all. So many events are measured at each size, which are stored orders and have to rise. A line
//       of JSON for each; p50_us and p99_us are those of a batch.
//
// The database is made in TMPDIR and removed afterwards.
@main
struct LedgerBench {
    static func main() async {
        do {
            let (ids, events, sizes) = try arguments(CommandLine.arguments)
            let folder = FileManager.default.temporaryDirectory.appending(path: "ledger-bench-\(UUID())").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let bench = try GrowthBench(path: "\(folder)/bench.db", ids: ids)
            for size in sizes {
                let line = try await bench.line(at: size, events: events)
                // Not `print`, which would keep it back until the end.
                try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
            }
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("LedgerBench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func arguments(_ words: [String]) throws -> (OrderIDs, Int, [Int]) {
        let sizes = words.dropFirst(3).compactMap { Int($0) }
        guard words.count > 3, sizes.count == words.count - 3, sizes == sizes.sorted(), let first = sizes.first,
            first > 0, let ids = OrderIDs(rawValue: words[1]), let events = Int(words[2]), events > 0
        else { throw Wrong(description: "usage: LedgerBench v7|v4|v4-old-too EVENTS SIZE…") }
        return (ids, events, sizes)
    }
}
