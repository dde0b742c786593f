import AMQPBridgeTesting
import Glibc
import Testing

@testable import AMQPBridge

@Suite("Who publishes writes when nothing is gained by waiting for others", .timeLimit(.minutes(1)))
struct PublishLaneTests {
    @Test("under load nothing is written until all who were told are back; then all of it, once")
    func allAreBack() async throws {
        let lane = try TestedLane(isResting: true)
        lane.lane.noteConfirmed(20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Also when something fails: the group waits for its publishers.
            defer { lane.end() }
            for number in 1...19 {
                try await lane.publish(in: &group)
                #expect(lane.arrived == 0, "after \(number)")
            }
            try await lane.publish(in: &group)
            #expect(lane.arrived == 20 * lane.messageSize)
            // Who comes besides has nobody to wait for, but must not make each a write.
            try await lane.publish(in: &group)
            #expect(lane.arrived == 20 * lane.messageSize)
        }
    }

    @Test("what is worth a write leaves before, and the rest with the last who is back")
    func worthWriting() async throws {
        let lane = try TestedLane(isResting: true, bodySize: 7000)
        lane.lane.noteConfirmed(20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { lane.end() }
            for _ in 1...19 { try await lane.publish(in: &group) }
            #expect(lane.arrived == 10 * lane.messageSize)
            try await lane.publish(in: &group)
            #expect(lane.arrived == 20 * lane.messageSize)
        }
    }

    @Test("a few confirms do not make anybody wait, nor write")
    func few() async throws {
        let lane = try TestedLane(isResting: true)
        lane.lane.noteConfirmed(PublishLane.lone)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { lane.end() }
            for _ in 1...PublishLane.lone + 1 { try await lane.publish(in: &group) }
            #expect(lane.arrived == 0)
        }
    }

    @Test("a lone message is written by its own thread")
    func lone() async throws {
        let lane = try TestedLane(isResting: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { lane.end() }
            for number in 1...3 {
                try await lane.publish(in: &group)
                #expect(lane.arrived == number * lane.messageSize)
            }
        }
    }
}

/// A lane as a connection's I/O thread leaves it after a visit, with a socket whose other end is looked at here.
private final class TestedLane: Sendable {
    let lane = PublishLane(frameMax: 131_072, timeout: .seconds(60)) {}
    let messageSize: Int
    private let ends: (Int32, Int32)
    private let publishing: Publishing

    init(isResting: Bool, bodySize: Int = 100) throws {
        var properties = MessageProperties()
        properties.messageID = "m"
        publishing = Publishing(
            exchange: "events", routingKey: "key", properties: properties, body: Array(repeating: 1, count: bodySize))
        var buffer = OutboundBuffer(channel: 1, frameMax: 131_072)
        _ = try Encoding.append(publishing, to: &buffer)
        messageSize = buffer.count
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        self.ends = (ends[0], ends[1])
        lane.open(frameMax: 131_072, user: nil, room: 1000, SocketWriter(descriptor: ends[0]))
        var intake = PublishLane.Intake()
        var output = OutboundBuffer(channel: 1, frameMax: 131_072)
        lane.take(&intake, &output, room: 1000, willWrite: false, isResting: isResting, isVisitNear: false)
    }

    deinit {
        close(ends.0)
        close(ends.1)
    }

    /// Returns when the message has been left in the lane; its task waits for the confirm, which is `end()`.
    func publish(in group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        let before = entries
        group.addTask { [self] in _ = await lane.publish(publishing) }
        try await eventually("the message is in the lane") { self.entries == before + 1 }
    }

    func end() { lane.close(AMQPError(.connectionLost, "the test is over")) }

    /// Bytes that can be read at the other end.
    var arrived: Int {
        var count: Int32 = 0
        return ioctl(ends.1, UInt(FIONREAD), &count) == 0 ? Int(count) : -1
    }

    private var entries: Int { lane.state.withLock { $0.entries.count } }
}
