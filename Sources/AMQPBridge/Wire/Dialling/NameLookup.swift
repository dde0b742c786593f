import Glibc
import Synchronization

/// Finds a host's addresses, and can be walked away from.
///
/// `getaddrinfo` has no time-out and cannot be stopped, so it runs on a thread of its own that shares nothing with us but
/// this object: when it ends long after its caller, it leaves its answer here and both go. (glibc's `getaddrinfo_a` does
/// the same with at most 20 threads for the whole process, and with memory of ours that must stay until it ends.)
final class NameLookup: Sendable {
    /// Why a name has no address, in the resolver's words.
    struct Failure: Error {
        var text: String
    }

    private let answer = Mutex<Result<[SocketAddress], Failure>?>(nil)
    private let bell: DescriptorPair

    private init() throws(AMQPError) { bell = try Descriptor.pair() }

    /// The host's addresses in the system's order of preference. An IP address is not looked up.
    ///
    /// - Returns: nil when nobody had answered by the deadline.
    /// - Throws: `cancelled`; `unreachable` without a thread or descriptor.
    static func addresses(
        of host: String, port: Int, _ attempt: ConnectAttempt
    ) throws(AMQPError) -> Result<[SocketAddress], Failure>? {
        let numeric = SocketAddress.all(of: host, port: port, flags: AI_NUMERICHOST)
        if case .success = numeric { return numeric }
        let lookup = try NameLookup()
        try DetachedThread.start {
            let answer = SocketAddress.all(of: host, port: port, flags: 0)
            lookup.answer.withLock { $0 = answer }
            var byte: UInt8 = 1
            send(lookup.bell.far.raw, &byte, 1, Int32(MSG_NOSIGNAL))
        }
        guard try attempt.wait(for: lookup.bell.near.raw, POLLIN) == .ready else { return nil }
        return lookup.answer.withLock { $0 }
    }
}

/// An IP address and port, as the system's calls take it.
struct SocketAddress: Sendable {
    let family: Int32
    private let bytes: [UInt8]

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { body($0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count)) }
    }

    /// An address of its own and no name.
    static func isNumeric(_ host: String) -> Bool {
        if case .success = all(of: host, port: 0, flags: AI_NUMERICHOST) { return true }
        return false
    }

    fileprivate static func all(
        of host: String, port: Int, flags: Int32
    ) -> Result<[SocketAddress], NameLookup.Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            let text = status == EAI_NONAME ? "no such host" : String(cString: gai_strerror(status))
            return .failure(NameLookup.Failure(text: text))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            let bytes = UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen))
            addresses.append(SocketAddress(family: info.ai_family, bytes: Array(bytes)))
            next = info.ai_next
        }
        return .success(addresses)
    }
}
