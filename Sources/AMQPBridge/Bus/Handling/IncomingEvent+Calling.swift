import Glibc

// The one place where handlers are called, with and without a ledger. What goes around a call stands here, from the
// outside in: what a test lets go wrong, poison, the crash points, the handler. Whatever is to see every call, also those
// that fail by a test's wish, goes around all of it.
extension IncomingEvent {
    /// A handler without a ledger. Its own return is all the commit there is.
    package func handled(by handler: () async throws -> [any Event]) async throws -> [any Event] {
        try InjectedCrash.check(.beforeCommit, CollectionOfOne(self))
        try checkInjectedFailure()
        if try Poison.hangs(context.metadata.subject) { await Self.neverReturn() }
        CrashPoint.before(.handler)
        let events = try await handler()
        CrashPoint.after(.handler)
        try InjectedCrash.check(.afterCommit, CollectionOfOne(self))
        return events
    }

    /// A handler inside a ledger's transaction, which itself sees to the crashes around the commit.
    package func handledInTransaction(by handler: () throws -> [any Event]) throws -> [any Event] {
        try checkInjectedFailure()
        if try Poison.hangs(context.metadata.subject) { while true { sleep(3600) } }
        CrashPoint.before(.handler)
        let events = try handler()
        CrashPoint.after(.handler)
        return events
    }

    private func checkInjectedFailure() throws {
        if case .failure(let error)? = fault { throw error }
    }

    /// Not even when its task is cancelled.
    private static func neverReturn() async {
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }
}
