import Testing

@testable import AMQPBridge

/// The bytes written out by hand from AMQP 0-9-1: frames in 4.2.3, content in 4.2.6, basic class in 1.8.
@Suite("Frames leave as the specification writes them", .timeLimit(.minutes(1)))
struct OutboundBufferTests {
    private static let tag: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    private static let settlements: [(frame: SettlementFrame, payload: [UInt8])] = [
        (.ack(tag: 0x0102_0304_0506_0708, multiple: false), [0, 60, 0, 80] + tag + [0]),
        (.ack(tag: 0x0102_0304_0506_0708, multiple: true), [0, 60, 0, 80] + tag + [1]),
        (.reject(tag: 0x0102_0304_0506_0708, requeue: false), [0, 60, 0, 90] + tag + [0]),
        (.reject(tag: 0x0102_0304_0506_0708, requeue: true), [0, 60, 0, 90] + tag + [1]),
        (.nack(tag: 0x0102_0304_0506_0708, requeue: false), [0, 60, 0, 120] + tag + [0]),
        (.nack(tag: 0x0102_0304_0506_0708, requeue: true), [0, 60, 0, 120] + tag + [2]),
    ]

    @Test("settlements", arguments: settlements)
    func settlement(frame: SettlementFrame, payload: [UInt8]) {
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        buffer.append(frame)
        #expect(buffer.bytes == RawFrame(type: 1, channel: 1, payload: payload).bytes)
    }

    @Test("heartbeat")
    func heartbeat() {
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        buffer.appendHeartbeat()
        #expect(buffer.bytes == [8, 0, 0, 0, 0, 0, 0, 0xCE])
    }

    @Test("question: channel.flow, active")
    func question() {
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        buffer.appendQuestion()
        #expect(buffer.bytes == RawFrame(type: 1, channel: 1, payload: [0, 20, 0, 20, 1]).bytes)
    }

    @Test("publishing: method, header, body", arguments: [true, false])
    func publishing(isMandatory: Bool) throws {
        var buffer = OutboundBuffer(channel: 0x0102, frameMax: 4096)
        try Encoding.append(
            Publishing(exchange: "ex", routingKey: "a.b", isMandatory: isMandatory, body: Array("hi".utf8)), to: &buffer
        )
        let method: [UInt8] =
            [0, 60, 0, 40, 0, 0, 2] + Array("ex".utf8) + [3] + Array("a.b".utf8) + [isMandatory ? 1 : 0]
        // Class, weight, body size, flags (bit 12: delivery mode), delivery mode.
        let header: [UInt8] = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x10, 0x00, 2]
        let frames = [
            RawFrame(type: 1, channel: 0x0102, payload: method), RawFrame(type: 2, channel: 0x0102, payload: header),
            RawFrame(type: 3, channel: 0x0102, payload: Array("hi".utf8)),
        ]
        #expect(buffer.bytes == frames.flatMap(\.bytes))
    }

    @Test("every property, in the specification's order")
    func properties() throws {
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        try Encoding.append(Publishing(exchange: "", routingKey: "", properties: .full, body: []), to: &buffer)
        func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
        let table: [UInt8] = [0, 0, 0, 17] + short("attempt") + [UInt8(ascii: "l"), 0, 0, 0, 0, 0, 0, 0, 1]
        var wanted: [UInt8] = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xF8]
        wanted += short("application/json") + short("utf-8") + table + [2, 4] + short("c") + short("r")
        wanted +=
            short("1000") + short("m") + [0, 0, 0, 0, 0x65, 0x53, 0xF1, 0x00] + short("t") + short("u") + short("a")
        let frames = RawFrame.split(buffer.bytes)
        #expect(frames.map(\.type) == [1, 2])
        #expect(frames.last?.payload == wanted)
    }

    @Test("a transient message says so")
    func transient() throws {
        var properties = MessageProperties()
        properties.isPersistent = false
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        try Encoding.append(Publishing(exchange: "", routingKey: "q", properties: properties, body: []), to: &buffer)
        #expect(RawFrame.split(buffer.bytes).last?.payload.suffix(3) == [0x10, 0x00, 1])
    }

    @Test("a body is cut into full frames and a rest", arguments: [0, 1, 91, 92, 93, 183, 184, 185, 920])
    func bodyFrames(size: Int) throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        var buffer = OutboundBuffer(channel: 1, frameMax: 100)
        try Encoding.append(Publishing(exchange: "x", routingKey: "k", body: body), to: &buffer)
        let frames = RawFrame.split(buffer.bytes)
        #expect(frames.flatMap(\.bytes) == buffer.bytes)
        let bodies = frames.filter { $0.type == 3 }
        #expect(bodies.flatMap(\.payload) == body)
        #expect(bodies.dropLast().allSatisfy { $0.payload.count == 92 })
        #expect(bodies.count == (size + 91) / 92)
        #expect(frames.count == bodies.count + 2)
    }

    @Test("a message that breaks a limit leaves nothing behind")
    func failedAppend() throws {
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        try Encoding.append(Publishing(exchange: "x", routingKey: "k", body: [1, 2, 3]), to: &buffer)
        let before = buffer.bytes
        var large = MessageProperties()
        large.headers = ["h": .string(String(repeating: "x", count: 4096))]
        var deep = MessageProperties()
        deep.headers = ["outer": .table([String(repeating: "n", count: 256): 1])]
        let refused = [
            Publishing(exchange: "x", routingKey: RoutingKey(String(repeating: "k", count: 256)), body: []),
            Publishing(exchange: "x", routingKey: "k", properties: large, body: []),
            Publishing(exchange: "x", routingKey: "k", properties: deep, body: []),
            Publishing(exchange: "x", routingKey: "k", body: [UInt8](repeating: 0, count: 1 << 20 + 1)),
        ]
        for publishing in refused {
            let error = #expect(throws: AMQPError.self) { try Encoding.append(publishing, to: &buffer) }
            #expect(error?.code == .tooLarge)
            #expect(buffer.bytes == before)
        }
    }

    @Test("what was written is gone, the rest stays in order")
    func written() {
        var buffer = OutboundBuffer(channel: 1, frameMax: 4096)
        #expect(buffer.isEmpty && buffer.bytes.isEmpty)
        buffer.append(.ack(tag: 1, multiple: false))
        let ack = buffer.bytes
        buffer.markWritten(5)
        buffer.appendHeartbeat()
        #expect(buffer.bytes == ack.dropFirst(5) + [8, 0, 0, 0, 0, 0, 0, 0xCE])
        buffer.markWritten(buffer.count)
        #expect(buffer.isEmpty && buffer.bytes.isEmpty)
        buffer.append(.ack(tag: 1, multiple: false))
        #expect(buffer.bytes == ack)
    }

    @Test("room grows with what is appended, and comes back", arguments: [1, 100, 1000])
    func growth(count: Int) throws {
        var buffer = OutboundBuffer(channel: 1, frameMax: 131_072)
        let publishing = Publishing(exchange: "x", routingKey: "k", body: [UInt8](repeating: 7, count: 2000))
        let one = try Encoding.bytes(of: publishing, frameMax: 131_072)
        for _ in 0..<count { try Encoding.append(publishing, to: &buffer) }
        #expect(buffer.bytes == Array(repeating: one, count: count).flatMap { $0 })
        buffer.markWritten(buffer.count)
        try Encoding.append(publishing, to: &buffer)
        #expect(buffer.bytes == one)
    }
}
