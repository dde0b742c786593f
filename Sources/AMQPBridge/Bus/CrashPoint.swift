import Glibc
import Synchronization

/// A place where the process can be made to die as by `kill -9`, to try what survives it. In debug builds only.
///
/// Written as `before-commit`, or `before-commit:3` for the third time the process comes by it.
package struct CrashPoint: Hashable, Sendable {
    /// The way of an event through a service.
    package enum Step: String, CaseIterable, Sendable {
        /// A delivery reaches the subscription; after: its lane has it in hand.
        case receive
        /// The ledger's transaction begins; after: it holds the write lock.
        case begin
        /// One call of a handler, with or without the ledger.
        case handler
        /// The ledger's transaction commits; after: it is on the disk.
        case commit
        /// The relay hands rows of the outbox to the publisher; after: whether they have left is open.
        case publish
        /// The broker's answers are back; after: they have been judged.
        case confirm
        /// The transaction that removes what was confirmed, whoever's it is; after: it is committed.
        case mark
        /// The delivery is settled; after: the connection has the ack, and whether it has left is open.
        case ack
    }

    package enum Side: String, CaseIterable, Sendable {
        case before, after
    }

    private var side: Side
    private var step: Step
    /// Which time.
    private var count: Int

    /// All names there are.
    package static let names = Step.allCases.flatMap { step in Side.allCases.map { "\($0)-\(step)" } }

    /// - Throws: `invalidConfiguration` for an unknown name, with the list of names; for any in a release build.
    package init(_ text: String) throws(AMQPError) {
        #if DEBUG
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let words = parts[0].split(separator: "-", omittingEmptySubsequences: false)
            guard words.count == 2, let side = Side(rawValue: String(words[0])),
                let step = Step(rawValue: String(words[1])), parts.count <= 2,
                let count = parts.count == 1 ? 1 : Int(parts[1]), count > 0
            else {
                throw AMQPError(
                    .invalidConfiguration,
                    "CRASH_AT: '\(text)' is none of \(Self.names.joined(separator: ", ")), with :N behind it for the N-th time"
                )
            }
            (self.side, self.step, self.count) = (side, step, count)
        #else
            throw AMQPError(
                .invalidConfiguration, "CRASH_AT: '\(text)' is for debug builds, and this is a release build: unset it")
        #endif
    }
}

#if DEBUG
    extension CrashPoint {
        private static let armed = Mutex<CrashPoint?>(nil)

        /// From now on the process dies there.
        package func arm() { Self.armed.withLock { $0 = self } }

        package static func before(_ step: Step) { reached(.before, step) }

        package static func after(_ step: Step) { reached(.after, step) }

        private static func reached(_ side: Side, _ step: Step) {
            let isTime = armed.withLock { armed in
                guard armed?.side == side, armed?.step == step else { return false }
                armed?.count -= 1
                return armed?.count == 0
            }
            guard isTime else { return }
            let line = "crash point \(side)-\(step) is reached\n"
            _ = Glibc.write(STDERR_FILENO, line, line.utf8.count)
            // No exit handler, no flushing, no other thread gets any further.
            raise(SIGKILL)
        }
    }
#else
    extension CrashPoint {
        package func arm() {}

        @inlinable
        package static func before(_ step: Step) {}

        @inlinable
        package static func after(_ step: Step) {}
    }
#endif
