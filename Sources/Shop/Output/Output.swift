import FoundationEssentials
import Glibc

/// Where text goes. Written straight to the descriptor, so that a line is there for the next in the pipe as soon as it
/// is known, and never sits in a buffer.
enum Output {
    static func line(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    static func lines(_ lines: [String]) {
        if !lines.isEmpty { write(lines.joined(separator: "\n") + "\n", to: STDOUT_FILENO) }
    }

    static func json(_ value: some Encodable) throws { line(try JSONLine.text(value)) }

    static func json(_ values: [some Encodable]) throws { lines(try values.map { try JSONLine.text($0) }) }

    /// A message about a failure.
    static func complain(_ message: String) { write("shop: \(message)\n", to: STDERR_FILENO) }

    static func status(_ text: String) { write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = [UInt8](text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                giveUp(on: descriptor, errno)
            }
        }
    }

    /// Whoever read has left, like `head`, and needs no message; a full disk is worth one.
    private static func giveUp(on descriptor: Int32, _ cause: Int32) -> Never {
        if descriptor == STDOUT_FILENO && cause != EPIPE {
            complain("could not write the output: \(String(cString: strerror(cause)))")
        }
        exit(1)
    }
}

/// A value as one line of JSON, its fields in alphabetical order so that equal values are equal lines.
enum JSONLine {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
