import Glibc
import Synchronization

/// Events that do harm to whoever handles them, to try that they end among the dead letters and their neighbours do not.
/// In debug builds only.
///
/// Written as `throw:SUBJECT`, `crash:SUBJECT` (as by `kill -9`) or `hang:SUBJECT` (its handler never returns), several
/// with commas between them; every event about that subject does it, each time.
package struct Poison: Hashable, Sendable {
    package enum Effect: String, CaseIterable, Sendable {
        case `throw`, crash, hang
    }

    /// By subject.
    private var effects: [String: Effect] = [:]

    /// - Throws: `invalidConfiguration` for what is not written like that; for any in a release build.
    package init(_ text: String) throws(AMQPError) {
        #if DEBUG
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let words = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard words.count == 2, let effect = Effect(rawValue: String(words[0])),
                    (1...255).contains(words[1].utf8.count), effects[String(words[1])] == nil
                else {
                    throw AMQPError(
                        .invalidConfiguration,
                        "POISON: '\(part)' is not throw:SUBJECT, crash:SUBJECT or hang:SUBJECT, each subject once")
                }
                effects[String(words[1])] = effect
            }
        #else
            throw AMQPError(
                .invalidConfiguration, "POISON: '\(text)' is for debug builds, and this is a release build: unset it")
        #endif
    }
}

/// What the handler of a poisoned event throws: a transient failure, each time.
package struct Poisoned: Error, CustomStringConvertible {
    package let subject: String

    package var description: String { "POISON says that everything about '\(subject)' fails" }
}

#if DEBUG
    extension Poison {
        private static let armed = Mutex<Poison?>(nil)

        /// From now on these events do it.
        package func arm() { Self.armed.withLock { $0 = self } }

        /// - Returns: true when the handler must not return.
        /// - Throws: `Poisoned`.
        package static func hangs(_ subject: String) throws(Poisoned) -> Bool {
            switch armed.withLock({ $0?.effects[subject] }) {
            case nil: return false
            case .throw?: throw Poisoned(subject: subject)
            case .hang?: return true
            case .crash?:
                raise(SIGKILL)
                return true
            }
        }
    }
#else
    extension Poison {
        package func arm() {}

        @inlinable
        package static func hangs(_ subject: String) throws(Poisoned) -> Bool { false }
    }
#endif
