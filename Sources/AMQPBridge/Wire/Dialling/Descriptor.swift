import Glibc

/// Owns a file descriptor and closes it, once.
struct Descriptor: ~Copyable {
    let raw: Int32

    /// Takes over a descriptor the system has just made.
    init(_ raw: Int32) { self.raw = raw }

    deinit { Glibc.close(raw) }

    /// Gives the descriptor to somebody who closes it.
    consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }

    /// Two connected ends, neither blocking nor inherited by other programs.
    ///
    /// - Throws: `unreachable`, when the system has none left; it may have some later.
    static func pair() throws(AMQPError) -> DescriptorPair {
        var ends: (Int32, Int32) = (-1, -1)
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let status = withUnsafeMutableBytes(of: &ends) {
            socketpair(AF_UNIX, type, 0, $0.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard status == 0 else { throw SystemError.last.failure("no descriptors for a connection") }
        return DescriptorPair(near: Descriptor(ends.0), far: Descriptor(ends.1))
    }
}

struct DescriptorPair: ~Copyable {
    let near: Descriptor
    let far: Descriptor
}

/// An error number of the operating system, in its words.
struct SystemError: Hashable {
    var number: Int32

    static var last: SystemError { SystemError(number: errno) }

    /// Not now, but perhaps when `poll` says so.
    var isPassing: Bool { number == EAGAIN || number == EWOULDBLOCK || number == EINTR }

    var text: String { String(cString: strerror(number)) }

    func failure(_ what: String) -> AMQPError { AMQPError(.unreachable, "\(what): \(text)") }
}
