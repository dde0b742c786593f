import Testing

@testable import AMQPBridge

@Suite("Frames become messages", .timeLimit(.minutes(1)))
struct FrameAssemblerTests {
    private let epoch: UInt64 = 7

    private func assembler(maxBodySize: Int = 1024) -> FrameAssembler {
        FrameAssembler(channel: 1, maxBodySize: maxBodySize, epoch: epoch)
    }

    // MARK: Whole messages

    @Test("a delivery carries everything its frames said")
    func delivery() throws {
        var assembler = assembler()
        var properties = MessageProperties()
        properties.messageID = "m-1"
        properties.headers = ["attempt": 3]
        let deliver = Method.deliver(tag: 9, isRedelivered: true, exchange: "shop.events", routingKey: "order.created")
        #expect(try assembler.accept(.method(channel: 1, deliver)) == nil)
        #expect(try assembler.accept(.header(channel: 1, bodySize: 5, properties: properties)) == nil)
        let delivery = try #require(try assembler.acceptBody("hello").delivery)
        #expect(delivery.tag == DeliveryTag(epoch: epoch, value: 9))
        #expect(delivery.isRedelivered)
        #expect(delivery.exchange == "shop.events")
        #expect(delivery.routingKey == "order.created")
        #expect(delivery.properties == properties)
        #expect(delivery.body == Array("hello".utf8))
        #expect(delivery.bodySize == 5)
        #expect(!delivery.isOversized)
    }

    @Test("a body may be split at every position", arguments: 0...12)
    func splitAnywhere(first: Int) throws {
        let text = Array("twelve bytes".utf8)
        for second in first...text.count {
            var assembler = assembler()
            try assembler.begin(bodySize: text.count)
            var outputs: [FrameAssembler.Output?] = []
            for part in [text[..<first], text[first..<second], text[second...]] where !part.isEmpty {
                outputs.append(try assembler.acceptBody(Array(part)))
            }
            #expect(outputs.dropLast().allSatisfy { $0 == nil })
            #expect(outputs.last??.delivery?.body == text)
        }
    }

    @Test("a body may come byte by byte, and empty frames in it count for nothing")
    func byteByByte() throws {
        let text = Array("byte by byte".utf8)
        var assembler = assembler()
        try assembler.begin(bodySize: text.count)
        for byte in text.dropLast() {
            #expect(try assembler.acceptBody([UInt8]()) == nil)
            #expect(try assembler.acceptBody([byte]) == nil)
        }
        let last = try #require(text.last)
        #expect(try assembler.acceptBody([last])?.delivery?.body == text)
    }

    @Test("a message without a body is whole with its header")
    func emptyBody() throws {
        var assembler = assembler()
        #expect(try assembler.accept(.method(channel: 1, .sampleDeliver)) == nil)
        let output = try assembler.accept(.header(channel: 1, bodySize: 0, properties: MessageProperties()))
        let delivery = try #require(output?.delivery)
        #expect(delivery.body.isEmpty)
        #expect(!delivery.isOversized)
    }

    @Test("a returned message is known by its id, exchange and key, its body read and dropped")
    func returned() throws {
        var assembler = assembler()
        var properties = MessageProperties()
        properties.messageID = "m-2"
        #expect(try assembler.accept(.method(channel: 1, .sampleReturn)) == nil)
        #expect(try assembler.accept(.header(channel: 1, bodySize: 2, properties: properties)) == nil)
        let key = ReturnKey(messageID: "m-2", exchange: "x", routingKey: "k")
        #expect(try assembler.acceptBody("ab")?.returned == key)
    }

    @Test("one message may follow another at once")
    func oneAfterAnother() throws {
        var assembler = assembler()
        for body in ["first", "", "third"] {
            try assembler.begin(bodySize: body.utf8.count)
            if body.isEmpty { continue }
            #expect(try assembler.acceptBody(body)?.delivery?.body == Array(body.utf8))
        }
    }

    // MARK: The size limit

    @Test("a body at the limit is kept; one byte more and it is counted, not kept", arguments: [10, 11, 1000])
    func oversized(size: Int) throws {
        var assembler = assembler(maxBodySize: 10)
        try assembler.begin(bodySize: size)
        for _ in 1..<size { #expect(try assembler.acceptBody([0]) == nil) }
        let delivery = try #require(try assembler.acceptBody([0])?.delivery)
        #expect(delivery.bodySize == UInt64(size))
        #expect(delivery.isOversized == (size > 10))
        #expect(delivery.body.count == (size > 10 ? 0 : size))
    }

    @Test("an absurd announcement costs no memory")
    func absurdAnnouncement() throws {
        var assembler = assembler()
        #expect(try assembler.accept(.method(channel: 1, .sampleDeliver)) == nil)
        #expect(
            try assembler.accept(.header(channel: 1, bodySize: .max, properties: MessageProperties())) == nil)
        #expect(try assembler.acceptBody("a little of it") == nil)
    }

    @Test("a body longer than announced is a violation")
    func bodyTooLong() throws {
        var assembler = assembler()
        try assembler.begin(bodySize: 3)
        let error = #expect(throws: AMQPError.self) { try assembler.acceptBody("four") }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("longer") == true)
    }

    // MARK: Between the frames

    @Test("the connection's own methods and heartbeats may come between a message's frames")
    func channelZeroInBetween() throws {
        var assembler = assembler()
        func interrupt() throws {
            #expect(try assembler.accept(.method(channel: 0, .blocked(reason: "memory")))?.method != nil)
            #expect(try assembler.accept(.heartbeat)?.isHeartbeat == true)
        }
        #expect(try assembler.accept(.method(channel: 1, .sampleDeliver)) == nil)
        try interrupt()
        #expect(try assembler.accept(.header(channel: 1, bodySize: 4, properties: MessageProperties())) == nil)
        try interrupt()
        #expect(try assembler.acceptBody("ab") == nil)
        try interrupt()
        #expect(try assembler.acceptBody("cd")?.delivery?.body == Array("abcd".utf8))
    }

    @Test("the channel's close is heard at any moment", arguments: 0...2)
    func closeAtAnyMoment(frames: Int) throws {
        var assembler = assembler()
        if frames > 0 { _ = try assembler.accept(.method(channel: 1, .sampleDeliver)) }
        if frames > 1 { _ = try assembler.accept(.header(channel: 1, bodySize: 4, properties: MessageProperties())) }
        let close = Method.channelClose(replyCode: 404, replyText: "NOT_FOUND")
        #expect(try assembler.accept(.method(channel: 1, close))?.method == close)
        // And the channel starts anew.
        try assembler.begin(bodySize: 2)
        #expect(try assembler.acceptBody("ok")?.delivery != nil)
    }

    @Test("a frame for a channel that was never opened is a violation", arguments: [UInt16(2), 65535])
    func wrongChannel(channel: UInt16) throws {
        let frames: [Frame] = [
            .method(channel: channel, .sampleDeliver),
            .method(channel: channel, .ack(tag: 1, multiple: false)),
            .header(channel: channel, bodySize: 1, properties: MessageProperties()),
            .body(channel: channel, UnsafeRawBufferPointer(start: nil, count: 0)),
        ]
        for frame in frames {
            var assembler = assembler()
            let error = #expect(throws: AMQPError.self) { _ = try assembler.accept(frame) }
            #expect(error?.code == .protocolViolation)
        }
    }
}
