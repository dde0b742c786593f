import AMQPBridge

/// Mail by SMTP over one connection that is kept: one mail after the other, each until the server has confirmed it.
///
/// libcurl blocks, so the actor has a thread of its own to wait on.
actor SMTPOutlet: MailOutlet {
    private let server: SMTPServer
    private let curl: CurlHandle
    private let executor = BlockingExecutor("smtp")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects only when there is a mail.
    init(_ server: SMTPServer) throws(AMQPError) {
        self.server = server
        curl = try CurlHandle.open(server)
    }

    func send(_ message: MailMessage) async throws {
        try await send(
            SMTPEnvelope(from: message.from.address, to: message.to.address, bytes: message.bytes))
    }

    /// - Throws: `SMTPFailure`; `CancellationError` when the task was cancelled before the server could have the whole
    ///   mail. After that the server's word is waited for.
    func send(_ envelope: SMTPEnvelope) async throws {
        let stop = SMTPStop()
        try await withTaskCancellationHandler {
            try perform(envelope, stop)
        } onCancel: {
            stop.ask()
        }
    }

    private func perform(_ envelope: SMTPEnvelope, _ stop: SMTPStop) throws {
        let deadline = ContinuousClock.now + server.mailTimeout
        var isFresh = false
        while true {
            if stop.isAsked { throw CancellationError() }
            let transfer = SMTPTransfer(envelope, stop: stop)
            let limit = deadline - .now
            guard let end = curl.send(transfer, isFresh: isFresh, within: limit) else { return }
            if end.cause == .stopped { throw CancellationError() }
            let failure = SMTPFailure(
                cause: end.cause, dialogue: transfer.dialogue, server: server.description, detail: end.detail)
            // It had been closed since the last mail: once more, on a new one.
            guard end.wasReused, !isFresh, failure.isStaleConnection else { throw failure }
            isFresh = true
        }
    }
}
