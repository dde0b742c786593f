import Glibc

// The one place where handlers are called, with and without a ledger. What goes around a call stands here, from the
// outside in: the instruments, which see every call, also those that fail by a test's wish; what a test lets go wrong;
// poison; the crash points; the handler.
extension IncomingEvent {
    /// A handler without a ledger. Its own return is all the commit there is.
    ///
    /// - Parameter handler: also makes what follows ready to be sent, so that it belongs to the call's span.
    package func handled<Result>(by handler: () async throws -> Result) async throws -> Result {
        guard let instruments else { return try await handledUnseen(by: handler) }
        return try await instruments.around(context) { try await handledUnseen(by: handler) }
    }

    private func handledUnseen<Result>(by handler: () async throws -> Result) async throws -> Result {
        try InjectedCrash.check(.beforeCommit, fault)
        try checkInjectedFailure()
        if try Poison.hangs(context.metadata.subject) { await Self.neverReturn() }
        CrashPoint.before(.handler)
        let result = try await handler()
        CrashPoint.after(.handler)
        try InjectedCrash.check(.afterCommit, fault)
        return result
    }

    /// A handler inside a ledger's transaction, which itself sees to the crashes around the commit.
    ///
    /// - Parameter handler: also emits what follows, so that it belongs to the call's span.
    package func handledInTransaction(by handler: () throws -> Void) throws {
        guard let instruments else { return try handledUnseen(by: handler) }
        try instruments.around(context) { try handledUnseen(by: handler) }
    }

    private func handledUnseen(by handler: () throws -> Void) throws {
        try checkInjectedFailure()
        if try Poison.hangs(context.metadata.subject) { while true { sleep(3600) } }
        CrashPoint.before(.handler)
        try handler()
        CrashPoint.after(.handler)
    }

    private func checkInjectedFailure() throws {
        if case .failure(let error)? = fault { throw error }
    }

    /// Not even when its task is cancelled.
    private static func neverReturn() async {
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }
}
