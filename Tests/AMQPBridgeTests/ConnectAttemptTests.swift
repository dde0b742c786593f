import AMQPBridgeTesting
import Glibc
import Testing

@testable import AMQPBridge

@Suite("Connecting ends at its deadline, or when nobody wants it any more", .timeLimit(.minutes(2)))
struct ConnectAttemptTests {
    private func configuration(_ port: Int, within limit: Duration) -> AMQPConfiguration {
        var configuration = AMQPConfiguration(endpoints: [AMQPEndpoint(host: "127.0.0.1", port: port)])
        configuration.options.connectTimeout = limit
        return configuration
    }

    @Test("a host that does not answer: unreachable, by the deadline")
    func noAnswer() async throws {
        let port = try SilentPort(isFull: true)
        let start = ContinuousClock.now
        let error = await #expect(throws: AMQPError.self) {
            _ = try await AMQPConnection.connect(configuration(port.number, within: .milliseconds(300)))
        }
        let took = ContinuousClock.now - start
        #expect(took >= .milliseconds(300) && took < .milliseconds(300) + MachineLateness.grace(since: start))
        #expect(error?.code == .unreachable)
        #expect(error?.message == "no broker at 127.0.0.1:\(port.number): no answer within 0.3 seconds")
    }

    @Test("a task that is cancelled while it connects waits no longer")
    func cancelled() async throws {
        let port = try SilentPort(isFull: true)
        let connecting = Task {
            try await AMQPConnection.connect(configuration(port.number, within: .seconds(30)))
        }
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        connecting.cancel()
        let error = await #expect(throws: AMQPError.self) { _ = try await connecting.value }
        #expect(error?.code == .cancelled)
        #expect(ContinuousClock.now - start < MachineLateness.grace(since: start))
    }

    @Test("a task that is cancelled while the broker is silent after accepting waits no longer, with TLS or without")
    func cancelledWhileItAccepts() async throws {
        for usesTLS in [false, true] {
            let port = try SilentPort(isFull: false)
            let endpoint = AMQPEndpoint(host: "127.0.0.1", port: port.number, usesTLS: usesTLS)
            let connecting = Task { try await AMQPConnection.connect(AMQPConfiguration(endpoints: [endpoint])) }
            try await Task.sleep(for: .milliseconds(200))
            let start = ContinuousClock.now
            connecting.cancel()
            let error = await #expect(throws: AMQPError.self) { _ = try await connecting.value }
            #expect(error?.code == .cancelled, "\(String(describing: error))")
            #expect(ContinuousClock.now - start < MachineLateness.grace(since: start))
        }
    }

    @Test("in a task that was cancelled before, connecting is still possible, for cleaning up")
    func cancelledBefore() async throws {
        let port = try SilentPort(isFull: true)
        let connecting = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await AMQPConnection.connect(configuration(port.number, within: .milliseconds(100)))
        }
        let error = await #expect(throws: AMQPError.self) { _ = try await connecting.value }
        #expect(error?.code == .unreachable)
    }

    @Test("a look-up that its caller does not wait for harms nobody")
    func abandonedLookUp() async throws {
        for _ in 0..<50 {
            var configuration = AMQPConfiguration(endpoints: [AMQPEndpoint(host: "no-such-host.invalid")])
            configuration.options.connectTimeout = .zero
            let error = await #expect(throws: AMQPError.self) {
                _ = try await AMQPConnection.connect(configuration)
            }
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("no-such-host.invalid:5672") == true)
        }
    }
}

/// A port of loopback behind which nobody is. The system accepts connections for it until their queue is full.
private final class SilentPort {
    let number: Int
    private let listener: Descriptor
    private var waiting: [Int32] = []

    /// - Parameter isFull: not even the system answers.
    init(isFull: Bool) throws {
        listener = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let raw = listener.raw
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(raw, $0, size) == 0 && listen(raw, isFull ? 0 : 8) == 0 && getsockname(raw, $0, &size) == 0
            }
        }
        try #require(isBound)
        number = Int(UInt16(bigEndian: address.sin_port))
        for _ in 0..<(isFull ? 8 : 0) {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(client, $0, size) }
            }
            waiting.append(client)
        }
    }

    deinit { for client in waiting { close(client) } }
}
