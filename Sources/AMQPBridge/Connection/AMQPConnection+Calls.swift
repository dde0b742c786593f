import Glibc

// The library's blocking calls, between two turns of the pump.
extension AMQPConnection {
    /// Runs one of them: what waits leaves first, what arrived meanwhile is handed on afterwards.
    ///
    /// An error of the broker closes the channel (AMQP 0-9-1, 1.5.2.5). With nothing at stake on it, a new one is
    /// opened and only the call fails; with a consumer or unconfirmed messages the connection fails too.
    func perform<Result>(
        _ call: (borrowing CConnection) throws(AMQPError) -> Result
    ) throws(AMQPError) -> Result {
        if let failure { throw failure }
        wire.budget.start(options.callTimeout)
        // The pump is nobody's while the library waits: a call must never be made from within one of its functions.
        wire.inbound.bystander = { (frame) throws(AMQPError) in try self.pump.accept(frame) }
        lane.beginCall()
        defer {
            lane.endCall()
            wire.inbound.bystander = nil
        }
        do throws(AMQPError) {
            try flush()
            let result = try call(wire)
            try pump.afterCall(wire)
            return result
        } catch {
            if error.closesChannelOnly, pump.consumer == nil, pump.window.isIdle, (try? reopenChannel()) != nil {
                throw error
            }
            fail(error)
            throw error
        }
    }

    private func reopenChannel() throws(AMQPError) {
        try wire.confirmChannelClose()
        try wire.openChannel()
        try pump.afterCall(wire)
        pump.restart(options)
    }

    /// Writes everything that waits, within the call's time: a library call must not land inside a half-sent frame.
    private func flush() throws(AMQPError) {
        try pump.beforeCall(wire)
        while !pump.output.isEmpty {
            let left = wire.budget.left
            guard left > .zero else { throw AMQPError(.timeout, "the broker took nothing for \(options.callTimeout)") }
            var descriptor = pollfd(fd: wire.descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&descriptor, 1, left.pollMilliseconds)
            try pump.writeAll(wire)
        }
    }
}
