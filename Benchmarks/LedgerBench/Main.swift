import Foundation
import Measure

// What an event costs a ledger that has stored many: inbox row, one state row written, one event into the outbox and out
// of it again, in batches of 64, every commit on the disk (synchronous=FULL).
//
//   LedgerBench fill v7|v4|v4-old-too FILE ORDERS
//
//       a ledger with that many orders, whose ids grow with time, or are random; what is there already is added to
//
//   LedgerBench run v7|v4|v4-old-too FILE EVENTS
//
//       so many events into it; half are about new orders and half about one of the last 10,000, or of all. A line of
//       JSON; p50_us and p99_us are those of a batch
@main
struct LedgerBench {
    static func main() async {
        do {
            let (isFilling, ids, file, number) = try arguments(CommandLine.arguments)
            let ledger = try OrderLedger(path: file, ids: ids)
            if isFilling { try await ledger.fill(to: number) } else { print(try await ledger.line(of: number)) }
            try ledger.close()
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("LedgerBench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func arguments(_ words: [String]) throws -> (isFilling: Bool, OrderIDs, file: String, Int) {
        guard words.count == 5, ["fill", "run"].contains(words[1]), let ids = OrderIDs(rawValue: words[2]),
            let number = Int(words[4]), number > 0
        else { throw Wrong(description: "usage: LedgerBench fill|run v7|v4|v4-old-too FILE NUMBER") }
        return (words[1] == "fill", ids, words[3], number)
    }
}
