public import AMQPBridge
import Foundation

/// Stands between a client and the broker, and breaks the path in between as a test wants it broken.
///
/// A fault counts the bytes of its direction: on a connection that exists, from the strike on; on one made later, from
/// its beginning. It holds for every connection until ``clean()``, so that coming back too early meets it again.
public final class FaultProxy: @unchecked Sendable {
    public enum Direction: String, CaseIterable, Sendable {
        case toBroker = "to broker"
        case toClient = "to client"
    }

    public enum Fault: String, CaseIterable, Sendable {
        /// Both ends see the other close, in order (FIN).
        case cut
        /// Both ends see the connection torn down (RST).
        case reset
        /// Nothing passes; what is held back leaves once the path is clean.
        case stall
        /// Every byte travels alone.
        case trickle
        /// 1,000 bytes a second.
        case throttle
        /// Everything is taken and nothing arrives, as if it were lost on the way for good. A connection that lost some stays
        /// deaf in that direction, also on a clean path: only a new one is whole again.
        case swallow
    }

    struct Strike {
        var fault: Fault
        /// So many bytes pass unharmed.
        var after: Int
        /// Distinguishes one strike from the next, so that the connections begin to count anew.
        var number: Int
    }

    // Unchecked: everything that changes is guarded by `gate`.
    private let gate = NSCondition()
    private var strikes: [Direction: Strike] = [:]
    private var strikeCount = 0
    private var isRefusing = false
    private var isStopped = false
    private var hasHit = false
    private var running = 0
    private let listener: Int32
    private let brokerPort: Int

    /// The configuration with the proxy in the broker's place.
    public let configuration: AMQPConfiguration

    /// - Throws: when the broker is not on loopback, or there is no port.
    public init(before broker: AMQPConfiguration) throws {
        guard var endpoint = broker.endpoints.first, ["127.0.0.1", "localhost"].contains(endpoint.host) else {
            throw AMQPError(.invalidConfiguration, "this test needs a broker on 127.0.0.1")
        }
        let port = try LocalPort.reusable()
        listener = port.descriptor
        brokerPort = endpoint.port
        endpoint.host = "127.0.0.1"
        endpoint.port = port.number
        configuration = AMQPConfiguration(endpoints: [endpoint], options: broker.options)
        running = 1
        Thread.detachNewThread {
            self.acceptAll()
            self.change { self.running -= 1 }
        }
    }

    /// From now on, or after so many bytes, the fault holds in this direction.
    public func strike(_ fault: Fault, _ direction: Direction, after bytes: Int = 0) {
        change {
            strikeCount += 1
            hasHit = isRefusing
            strikes[direction] = Strike(fault: fault, after: bytes, number: strikeCount)
        }
    }

    /// Every connection is torn down, and new ones are refused by the system, as if the broker were gone.
    public func refuse() {
        change {
            isRefusing = true
            hasHit = true
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for direction in Direction.allCases { strike(.reset, direction) }
    }

    /// Lets everything through, beginning with what was held back, and takes connections again.
    public func clean() {
        change {
            strikes = [:]
            if isRefusing { listen(listener, 16) }
            isRefusing = false
        }
    }

    /// True once the fault has got hold of a connection.
    public var hasStruck: Bool { read { hasHit } }

    /// Ends every connection, at once, takes no new ones, and returns when its threads are gone.
    public func stop() {
        change { isStopped = true }
        shutdown(listener, Int32(SHUT_RDWR))
        gate.lock()
        defer { gate.unlock() }
        let deadline = Date(timeIntervalSinceNow: 5)
        while running > 0, gate.wait(until: deadline) {}
    }

    private func change(_ body: () -> Void) {
        gate.lock()
        body()
        gate.broadcast()
        gate.unlock()
    }

    private func read<Value>(_ body: () -> Value) -> Value {
        gate.lock()
        defer { gate.unlock() }
        return body()
    }

    private func acceptAll() {
        defer { close(listener) }
        while !isOver {
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            // Also polled, not waited for, while refusing: the socket does not listen then.
            guard poll(&waiting, 1, 20) > 0, waiting.revents & Int16(POLLIN) != 0, !read({ isRefusing }) else {
                if waiting.revents != 0 { usleep(10_000) }
                continue
            }
            let client = accept(listener, nil, nil)
            if client >= 0 { relay(client) }
        }
    }

    private func relay(_ client: Int32) {
        let broker = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = LocalPort.loopback(port: brokerPort)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(broker, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(broker)
            close(client)
            return
        }
        change { running += 1 }
        Thread.detachNewThread {
            var link = ProxyLink(client: client, broker: broker)
            link.run(self)
            self.change { self.running -= 1 }
        }
    }
}

// What a connection asks at every turn.
extension FaultProxy {
    var isOver: Bool { read { isStopped } }

    func strike(_ direction: Direction) -> Strike? { read { strikes[direction] } }

    func noteHit(_ strike: Strike) {
        change { if strikes.values.contains(where: { $0.number == strike.number }) { hasHit = true } }
    }
}

extension LocalPort {
    /// A listening port that can stop listening and begin again without anybody else getting it meanwhile: the system
    /// keeps a port for a socket that no longer listens only when it was asked for by its number.
    static func reusable() throws -> LocalPort {
        let chosen = try LocalPort(isListening: false)
        chosen.close()
        return try LocalPort(isListening: true, number: chosen.number)
    }
}
