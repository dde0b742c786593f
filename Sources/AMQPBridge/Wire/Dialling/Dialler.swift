import Glibc

/// Makes the TCP connection: name, addresses, connect, all within one deadline.
///
/// The library's own way, `amqp_socket_open_noblock`, leaves the look-up of the name out of its time-out and the cause of
/// a refusal out of its error.
struct Dialler {
    let endpoint: AMQPEndpoint
    let attempt: ConnectAttempt

    /// Tries the host's addresses in turn, each with its share of the time that is left.
    ///
    /// - Returns: a connected socket that does not block.
    /// - Throws: `unreachable` with host, port and cause; `cancelled`.
    func dial() throws(AMQPError) -> Descriptor {
        let addresses = try lookUp()
        var causes: [String] = []
        for (index, address) in addresses.enumerated() {
            switch try connect(to: address, share: addresses.count - index) {
            case .connected(let socket): return socket
            case .refused(let cause): if !causes.contains(cause) { causes.append(cause) }
            }
        }
        throw unreachable(causes.isEmpty ? "the host has no address" : causes.joined(separator: ", "))
    }

    private func lookUp() throws(AMQPError) -> [SocketAddress] {
        switch try NameLookup.addresses(of: endpoint.host, port: endpoint.port, attempt) {
        case .success(let addresses)?: return addresses
        case .failure(let failure)?: throw unreachable(failure.text)
        case nil: throw unreachable("the name was not resolved within \(attempt.limit)")
        }
    }

    private enum Outcome: ~Copyable {
        case connected(Descriptor)
        case refused(String)
    }

    private func connect(to address: SocketAddress, share: Int) throws(AMQPError) -> Outcome {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = socket(address.family, type, Int32(IPPROTO_TCP))
        guard raw >= 0 else { return .refused(SystemError.last.text) }
        let socket = Descriptor(raw)
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
        setsockopt(raw, SOL_SOCKET, SO_KEEPALIVE, &yes, size)
        if address.withPointer({ Glibc.connect(raw, $0, $1) }) == 0 { return .connected(socket) }
        // An interrupted connect goes on like one in progress.
        guard errno == EINPROGRESS || errno == EINTR else { return .refused(SystemError.last.text) }
        guard try attempt.wait(for: raw, POLLOUT, share: share) == .ready else {
            return .refused("no answer within \(attempt.limit)")
        }
        let error = pendingError(of: raw)
        return error.number == 0 ? .connected(socket) : .refused(error.text)
    }

    private func pendingError(of raw: Int32) -> SystemError {
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(raw, SOL_SOCKET, SO_ERROR, &number, &size) == 0 else { return .last }
        return SystemError(number: number)
    }

    private func unreachable(_ cause: String) -> AMQPError {
        AMQPError(.unreachable, "no broker at \(endpoint): \(cause)")
    }
}
