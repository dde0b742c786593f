import AMQPBridge
import Foundation

/// Stands between a client and the broker, and can hold back what the broker says: confirms that do not come,
/// answers that do not come, a peer that has died without a word.
final class StallingProxy: @unchecked Sendable {
    // Unchecked: everything that changes is guarded by `gate`.
    private let gate = NSCondition()
    private var isStalled = false
    private var isStopped = false
    private var sockets: [Int32] = []
    private let listener: LocalPort
    private let brokerPort: Int

    /// The configuration with the proxy in the broker's place.
    let configuration: AMQPConfiguration

    /// - Throws: when the broker is not on loopback, or there is no port.
    init(before broker: AMQPConfiguration) throws {
        guard var endpoint = broker.endpoints.first, ["127.0.0.1", "localhost"].contains(endpoint.host) else {
            throw AMQPError(.invalidConfiguration, "this test needs a broker on 127.0.0.1")
        }
        listener = try LocalPort(isListening: true)
        brokerPort = endpoint.port
        endpoint.host = "127.0.0.1"
        endpoint.port = listener.number
        configuration = AMQPConfiguration(endpoints: [endpoint], options: broker.options)
        Thread.detachNewThread { self.acceptAll() }
    }

    /// From now on nothing of the broker reaches the client. What the client says still reaches the broker.
    func stall() { change { isStalled = true } }

    /// Lets everything through, beginning with what was held back.
    func resume() { change { isStalled = false } }

    /// Ends every connection, at once, and takes no new ones.
    func stop() {
        change { isStopped = true }
        listener.close()
        for descriptor in sockets { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func change(_ body: () -> Void) {
        gate.lock()
        body()
        gate.broadcast()
        gate.unlock()
    }

    private func acceptAll() {
        while case let client = accept(listener.descriptor, nil, nil), client >= 0 {
            let broker = connectToBroker()
            change { sockets += [client, broker] }
            Thread.detachNewThread { self.relay(from: client, to: broker, mayStall: false) }
            Thread.detachNewThread { self.relay(from: broker, to: client, mayStall: true) }
        }
    }

    private func connectToBroker() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = LocalPort.loopback(port: brokerPort)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    private func relay(from source: Int32, to target: Int32, mayStall: Bool) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            if mayStall, !waitUntilOpen() { break }
            guard count > 0, sendAll(buffer[..<count], to: target) else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }

    /// False when the proxy was stopped: what was held back by then is dropped.
    private func waitUntilOpen() -> Bool {
        gate.lock()
        defer { gate.unlock() }
        while isStalled && !isStopped { gate.wait() }
        return !isStopped
    }

    private func sendAll(_ bytes: ArraySlice<UInt8>, to target: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
