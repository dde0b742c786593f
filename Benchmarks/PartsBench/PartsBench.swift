import AMQPBridge
import Glibc
import Measure

// What the hot pure parts cost on their own: no broker, no socket.
//
//   PartsBench PART COUNT
//   PartsBench parts COUNT     all of them
//
//       frame-assembler      a delivery's three frames become a Delivery
//       settlement-tracker   a delivery comes in and is acked; frames are taken every 64
//       confirm-tracker      a publishing is registered and confirmed, 64 at a time
//       envelope-encode      an `order.created` of three lines becomes a body
//       envelope-decode      the body becomes the typed event
//       ledger-batch         an event through inbox, one state row and the outbox, in batches of 64, each commit on the
//                            disk of TMPDIR; what follows is "sent" to a publisher that confirms at once
//
// COUNT is of deliveries, publishings or events. A line of JSON for each part.
//
// The pure parts run on the main thread, from a main that is not async: valgrind 3.19, which counts their instructions, dies
// where an async main leaves the main thread to Dispatch (it writes into the constant signal mask of a sigsuspend).
@main
struct PartsBench {
    static func main() {
        do {
            let (parts, count) = try arguments(CommandLine.arguments)
            for part in parts { print(try part.line(count)) }
        } catch {
            let text = "PartsBench: \(error)\n"
            write(STDERR_FILENO, text, text.utf8.count)
            exit(1)
        }
    }

    private static func arguments(_ words: [String]) throws -> ([Part], Int) {
        guard words.count == 3, let count = Int(words[2]), count > 0,
            let parts = words[1] == "parts" ? Part.allCases : Part(rawValue: words[1]).map({ [$0] })
        else {
            let names = Part.allCases.map(\.rawValue).joined(separator: "|")
            throw Wrong(description: "usage: PartsBench parts|\(names) COUNT")
        }
        return (parts, count)
    }
}

enum Part: String, CaseIterable {
    case frameAssembler = "frame-assembler"
    case settlementTracker = "settlement-tracker"
    case confirmTracker = "confirm-tracker"
    case envelopeEncode = "envelope-encode"
    case envelopeDecode = "envelope-decode"
    case ledgerBatch = "ledger-batch"

    /// Does it so many times.
    enum Work {
        case pure(@Sendable (Int) throws -> Void)
        case waiting(@Sendable (Int) async throws -> Void)
    }

    func line(_ count: Int) throws -> String {
        // Caches, lazy globals and conformances are looked up once, not in every run of a service.
        let few = min(count, 64)
        let measured: Measured
        switch try prepared() {
        case .pure(let work):
            try work(few)
            measured = try Measured.measure { try work(count) }
        case .waiting(let work):
            measured = try Blocking.run {
                try await work(few)
                return try await Measured.measure { try await work(count) }
            }
        }
        return measured.line(case: "parts", who: rawValue, messages: count)
    }

    /// - Returns: the work, with all that it needs made beforehand.
    private func prepared() throws -> Work {
        switch self {
        case .frameAssembler: .pure(try FrameWork().run)
        case .settlementTracker: .pure(TrackerWork.settle)
        case .confirmTracker: .pure(TrackerWork.confirm)
        case .envelopeEncode: .pure(try EnvelopeWork().encode)
        case .envelopeDecode: .pure(try EnvelopeWork().decode)
        case .ledgerBatch: .waiting(try LedgerWork().run)
        }
    }
}
