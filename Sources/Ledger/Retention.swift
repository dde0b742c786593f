import AMQPBridge

/// How long a ledger remembers what it has handled.
enum Retention {
    /// 30 days in milliseconds: longer than any retry or replay may take.
    static let milliseconds: Int64 = 30 * 86_400_000

    /// What is older is forgotten.
    static func limit(at now: RFC3339Time) -> RFC3339Time {
        RFC3339Time(milliseconds: now.milliseconds - milliseconds)
    }

    /// An event from before that may have been handled and forgotten.
    ///
    /// - Throws: `LedgerError.tooOld`.
    static func check(_ event: EventMetadata, at now: RFC3339Time) throws(LedgerError) {
        guard event.time < limit(at: now) else { return }
        throw .tooOld(eventID: event.id, emittedAt: event.time)
    }
}
