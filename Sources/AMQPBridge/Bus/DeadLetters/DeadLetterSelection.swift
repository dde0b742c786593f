/// Which dead letters are meant. What is nil does not matter; without any wish all are.
public struct DeadLetterSelection: Hashable, Sendable {
    /// The whole id.
    public var eventID: String?
    /// The event's type, with its version.
    public var type: String?
    /// What the error's kind or text contains, in capitals or not.
    public var errorContains: String?
    /// Failed last longer ago than this. A letter that does not say when it failed is not known to be old.
    public var olderThan: Duration?

    /// Without arguments: ``all``.
    public init(
        eventID: String? = nil, type: String? = nil, errorContains: String? = nil, olderThan: Duration? = nil
    ) {
        self.eventID = eventID
        self.type = type
        self.errorContains = errorContains
        self.olderThan = olderThan
    }

    /// Every letter.
    public static let all = DeadLetterSelection()

    /// True when it selects every letter.
    public var isEmpty: Bool { self == .all }

    /// True when the letter meets every wish.
    ///
    /// - Parameter now: what `olderThan` counts back from.
    public func matches(_ letter: DeadLetter, now: RFC3339Time = .now) -> Bool {
        if let eventID, letter.eventID != eventID { return false }
        if let type, letter.type != type { return false }
        if let errorContains, !letter.error.lowercased().contains(errorContains.lowercased()) { return false }
        guard let olderThan else { return true }
        guard let failed = letter.lastFailed.flatMap({ RFC3339Time($0) }) else { return false }
        return .milliseconds(now.milliseconds - failed.milliseconds) > olderThan
    }
}

extension DeadLetterSelection: CustomStringConvertible {
    public var description: String {
        let wishes = [
            eventID.map { "event id '\($0)'" }, type.map { "type '\($0)'" },
            errorContains.map { "error containing '\($0)'" }, olderThan.map { "last failed more than \($0) ago" },
        ].compactMap { $0 }
        return wishes.isEmpty ? "all letters" : wishes.joined(separator: ", ")
    }
}
