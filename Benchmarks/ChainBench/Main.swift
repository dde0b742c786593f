import Glibc
import Measure

// The chain of Benchmarks/README.md on bridge and ledger, one role a process: inbox, state and outbox in one transaction,
// synchronous=FULL.
//
//   ChainBench chain order|inventory|shipping|notify COUNT RATE
//
// Variables: AMQP_URL, AMQP_QUEUE_TYPE, DATABASE, READY, START, LATENCIES.
@main
struct ChainBench {
    static func main() async {
        do {
            let (role, count, rate) = try arguments(CommandLine.arguments)
            let settings = try Settings()
            print(try await role.run(count, rate, settings))
        } catch {
            let text = "ChainBench: \(error)\n"
            write(STDERR_FILENO, text, text.utf8.count)
            exit(1)
        }
    }

    private static func arguments(_ words: [String]) throws -> (Role, Int, Int) {
        guard words.count == 5, words[1] == "chain", let role = Role(rawValue: words[2]), let count = Int(words[3]),
            count > 0, let rate = Int(words[4]), rate >= 0
        else { throw Wrong(description: "usage: ChainBench chain order|inventory|shipping|notify COUNT RATE") }
        return (role, count, rate)
    }
}
