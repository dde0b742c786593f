import AMQPBridge
import AMQPBridgeTesting
import Foundation

/// Accepts connections, sends each the same bytes and then says and does nothing more.
final class DeafServer: Sendable {
    let port: Int
    private let listener: LocalPort

    init(greeting: String = "") throws {
        listener = try LocalPort(isListening: true)
        port = listener.number
        let descriptor = listener.descriptor
        Thread.detachNewThread {
            while case let peer = accept(descriptor, nil, nil), peer >= 0 {
                _ = greeting.withCString { send(peer, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
            }
        }
    }

    func stop() { listener.close() }
}
