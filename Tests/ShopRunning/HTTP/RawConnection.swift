import AMQPBridgeTesting
import Foundation
import Glibc

/// A TCP connection to a service, by which anything can be said to the byte. It blocks; see `RawClient`.
package final class RawConnection {
    private let descriptor: Int32
    /// Come, and not yet taken.
    private var inbox: [UInt8] = []
    private(set) package var isEnded = false

    /// - Parameter source: the address of this machine to come from.
    fileprivate init(to port: Int, from source: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var own = LocalPort.loopback(port: 0)
        inet_pton(AF_INET, source, &own.sin_addr)
        let isOpen =
            Self.withAddress(own) { Glibc.bind(descriptor, $0, $1) } == 0
            && Self.withAddress(LocalPort.loopback(port: port)) { Glibc.connect(descriptor, $0, $1) } == 0
        guard isOpen else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw CommandFailed(description: "from \(source) to port \(port): \(reason)")
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { Glibc.close(descriptor) }

    private static func withAddress(
        _ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Writes all of it, or as much as the service takes before it hangs up.
    ///
    /// - Throws: `NotInTime`.
    package func write(_ bytes: [UInt8], within limit: Duration = .seconds(10)) throws {
        let deadline = ContinuousClock.now + limit
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // What the service says meanwhile must not be what stops it from reading.
                try wait(for: POLLOUT | POLLIN, until: deadline, limit, "the service reads")
                receive()
                if isEnded { return }
            } else if errno != EINTR {
                return
            }
        }
    }

    package func write(_ text: String, within limit: Duration = .seconds(10)) throws {
        try write(Array(text.utf8), within: limit)
    }

    /// Nothing more comes from here; answers still may.
    package func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next answer; nil when the service hangs up before it is complete.
    ///
    /// - Throws: `NotInTime`.
    package func answer(hasBody: Bool = true, within limit: Duration = .seconds(10)) throws -> RawAnswer? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let answer = try RawAnswer.take(from: &inbox, hasBody: hasBody) { return answer }
            if isEnded { return nil }
            try wait(for: POLLIN, until: deadline, limit, "an answer")
            receive()
        }
    }

    /// What still comes until the service hangs up.
    ///
    /// - Throws: `NotInTime` when it does not.
    package func rest(within limit: Duration) throws -> [UInt8] {
        let deadline = ContinuousClock.now + limit
        while !isEnded {
            try wait(for: POLLIN, until: deadline, limit, "the end of the connection")
            receive()
        }
        defer { inbox = [] }
        return inbox
    }

    private func wait(
        for events: Int32, until deadline: ContinuousClock.Instant, _ limit: Duration, _ what: String
    ) throws {
        let left = deadline - .now
        var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        guard left > .zero, poll(&waiting, 1, Int32(left / .milliseconds(1)) + 1) != 0 else {
            throw NotInTime(what, limit, last: nil)
        }
    }

    /// What is there now.
    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                inbox += buffer[..<count]
            } else if count == 0 || errno != EINTR {
                if count == 0 || errno != EAGAIN { isEnded = true }
                return
            }
        }
    }
}

/// Connects to a service as a client does that is not to be trusted.
package struct RawClient: Sendable {
    package var port: Int
    /// The address of this machine that it comes from.
    package var source: String

    package init(port: Int, source: String = "127.0.0.1") {
        self.port = port
        self.source = source
    }

    /// Runs the body, which may block, on a thread of its own. The connection is closed afterwards.
    package func connected<Result: Sendable>(
        _ body: @escaping @Sendable (RawConnection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Swift.Result { try body(RawConnection(to: port, from: source)) })
            }
        }
    }

    /// One request on a connection of its own; nil when the service hangs up without an answer.
    package func ask(
        _ method: String, _ path: String, _ fields: [String] = [], body: String = "",
        within limit: Duration = .seconds(10)
    ) async throws -> RawAnswer? {
        try await connected {
            try $0.write(Self.request(method, path, fields, body: body))
            return try $0.answer(hasBody: method != "HEAD", within: limit)
        }
    }

    /// A request as it should be.
    ///
    /// - Parameter fields: further header lines.
    package static func request(
        _ method: String, _ path: String, _ fields: [String] = [], body: String = ""
    ) -> String {
        let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
        let lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + length + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}
