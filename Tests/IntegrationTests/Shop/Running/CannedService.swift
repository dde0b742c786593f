import AMQPBridgeTesting
import Foundation

/// Answers every HTTP request with the same bytes, and hangs up: what a service is not.
final class CannedService: Sendable {
    var url: String { "http://127.0.0.1:\(listener.number)" }
    private let listener: LocalPort

    /// - Parameter body: sent with a status line before it, and nothing that would tell where it ends.
    init(_ body: String, status: String = "200 OK") throws {
        listener = try LocalPort(isListening: true)
        let descriptor = listener.descriptor
        let answer = "HTTP/1.1 \(status)\r\nConnection: close\r\n\r\n\(body)"
        Thread.detachNewThread {
            while case let peer = accept(descriptor, nil, nil), peer >= 0 {
                Self.readRequest(peer)
                _ = answer.withCString { send(peer, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
                shutdown(peer, Int32(SHUT_WR))
                // An end with something unread would be a reset, which may overtake the answer.
                var rest = [UInt8](repeating: 0, count: 1024)
                while read(peer, &rest, rest.count) > 0 {}
                close(peer)
            }
        }
    }

    func stop() { listener.close() }

    /// As far as the empty line; these requests have no body.
    private static func readRequest(_ peer: Int32) {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while text.suffix(4) != Array("\r\n\r\n".utf8)[...], read(peer, &byte, 1) == 1 { text.append(byte) }
    }
}
