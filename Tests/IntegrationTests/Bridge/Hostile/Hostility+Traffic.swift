import AMQPBridge

private typealias A = AMQPBytes

extension Hostility {
    private static let violation: Set<AMQPError.Code> = [.protocolViolation]
    private static let lost: Set<AMQPError.Code> = [.connectionLost, .timeout]
    private static let either: Set<AMQPError.Code> = [.protocolViolation, .connectionLost, .timeout]

    private static func consuming(
        _ name: String, _ bytes: [UInt8], _ codes: Set<AMQPError.Code> = violation, _ manner: Manner = .afterwards
    ) -> Hostility {
        Hostility(name, at: .method(.consume), manner, bytes, codes)
    }

    static let calls: [Hostility] = [
        Hostility("no answer", at: .method(.declare), .instead, [], lost),
        Hostility("hangs up instead", at: .method(.declare), .last, [], lost),
        Hostility(
            "another call's answer", at: .method(.declare), .instead, A.method(.consumeOK, A.short("x")), either),
        Hostility("half an answer", at: .method(.declare), .instead, A.method(.declareOK, A.short("q")), either),
        Hostility(
            "a name longer than its frame", at: .method(.declare), .instead, A.method(.declareOK, [255, 1, 2]), either),
        Hostility(
            "a name that is no text", at: .method(.declare), .instead,
            A.method(.declareOK, A.short(A.notUTF8) + A.number(UInt64.max)), []),
        Hostility("heartbeats instead", at: .method(.declare), .endlessly, A.heartbeat, lost),
        Hostility("unknown frames instead", at: .method(.declare), .endlessly, A.frame(9, [1]), violation),
        Hostility("every channel instead", at: .method(.declare), .endlessly, everyChannel, violation),
        Hostility(
            "a refusal in no language", at: .method(.declare), .last, A.channelClose(406, A.notUTF8),
            [.preconditionFailed]),
        Hostility("a refusal in half", at: .method(.declare), .instead, A.method(.channelClose, [1]), either),
        Hostility("delivers before the consumer is there", at: .method(.declare), .afterwards, message(1), violation),
        Hostility("qos has no answer", at: .method(.qos), .instead, [], lost),
        Hostility(
            "a consumer tag that is no text", at: .method(.consume), .instead,
            A.method(.consumeOK, A.short(A.notUTF8)), violation),
        Hostility("cancel has no answer", at: .method(.cancel), .instead, [], lost),
    ]

    static let frames: [Hostility] = [
        consuming("a frame of type 0", A.frame(0, [1])),
        consuming("a frame of type 4", A.frame(4, [1])),
        consuming("a frame of type 255", A.frame(255, channel: 0, [])),
        consuming("the protocol header again", Array("AMQP".utf8) + [0, 0, 9, 1], either),
        consuming("a frame of 4 GiB", A.frame(3, [1], size: .max)),
        consuming("a frame one byte too large", A.frame(3, [UInt8](repeating: 0, count: 131_065))),
        consuming("a method of 0 bytes", A.frame(1, []), either),
        consuming("a method of 3 bytes", A.frame(1, [0, 60, 0]), either),
        consuming("a header of 4 bytes", A.deliver(tag: 1) + A.frame(2, [0, 60, 0, 0]), either),
        consuming("an unknown class", A.method(MethodID(999, 1))),
        consuming("an unknown method", A.method(MethodID(60, 999))),
        consuming("a wrong frame end", A.frame(8, channel: 0, [], end: 0)),
        consuming("a delivery on another channel", A.method(channel: 7, .ack, A.number(UInt64(1)) + [0])),
        consuming("a heartbeat on a channel", A.frame(8, channel: 9, [])),
        consuming("half a frame, then it hangs up", [1, 0, 1, 0, 0], either, .last),
        consuming("hangs up in the middle of a message", A.deliver(tag: 1) + A.header(size: 10), lost, .last),
    ]

    static let messages: [Hostility] = [
        consuming("a body longer than announced", A.deliver(tag: 1) + A.header(size: 2) + A.body([1, 2, 3])),
        consuming("a body of 2^63 bytes announced", A.deliver(tag: 1) + A.header(size: 1 << 63) + A.body([1])),
        consuming("a body without a header", A.deliver(tag: 1) + A.body([1])),
        consuming("a body out of nowhere", A.body([1])),
        consuming("a header out of nowhere", A.header(size: 1)),
        consuming("two headers", A.deliver(tag: 1) + A.header(size: 1) + A.header(size: 1)),
        consuming("a method in the middle of a message", A.deliver(tag: 1) + A.ack(1)),
        consuming("a message of class connection", A.deliver(tag: 1) + A.header(classID: 10, size: 0, allProperties)),
        consuming("a message of class confirm", A.deliver(tag: 1) + A.header(classID: 85, size: 0, allProperties)),
        consuming("a message of class tx", A.deliver(tag: 1) + A.header(classID: 90, size: 0, allProperties)),
        consuming("a message of an unknown class", A.deliver(tag: 1) + A.header(classID: 61, size: 0)),
        consuming("properties that are not there", A.deliver(tag: 1) + A.header(size: 1, [0xFF, 0xFC])),
        consuming("a flag word that goes on", A.deliver(tag: 1) + A.header(size: 1, [0, 1])),
        consuming(
            "flag words without end",
            A.deliver(tag: 1) + A.header(size: 1, (0..<40_000).flatMap { _ in [0xFF, 0xFF] as [UInt8] })),
        consuming("headers longer than the frame", headers(A.number(UInt32.max) + [1])),
        consuming("headers of an unknown kind", headers(A.long(A.short("a") + [0]))),
        consuming("header tables 20,000 deep", headers(A.tables(deep: 20_000)), []),
        consuming("header arrays 25,000 deep", headers(A.arrays(deep: 25_000)), []),
        consuming("a header that is no text", headers(A.long(A.short(A.notUTF8) + Array("S".utf8) + A.long("x"))), []),
        consuming("delivery tag 0", message(0)),
        consuming("a delivery tag out of turn", message(5)),
        consuming("a delivery tag twice", message(1) + message(1)),
        consuming("the largest delivery tag", message(.max)),
        consuming("for another consumer", A.deliver(tag: 1, consumer: "stranger") + A.header(size: 0), []),
        consuming("a return without a message", returned + A.ack(1)),
        consuming("a return of something never sent", returned + A.header(size: 0), []),
        consuming("another consumer is cancelled", A.method(.cancel, A.short("stranger") + [1]), []),
        consuming("this consumer is cancelled", A.method(.cancel, A.short("honest") + [1]), lost),
        consuming("blocked, in no language", A.method(channel: 0, .blocked, A.short(A.notUTF8)), lost),
        consuming("the channel closes in a message", A.deliver(tag: 1) + A.channelClose(541, A.notUTF8), lost),
        consuming("the connection closes in a message", A.deliver(tag: 1) + A.close(541, A.notUTF8), lost),
        consuming("channel.flow", A.method(.flow, [0]), []),
    ]

    static let confirms: [Hostility] = [
        Hostility("confirms before anything was sent", at: .method(.confirmSelect), .afterwards, A.ack(1), []),
        Hostility("no confirm", at: .published, .instead, [], lost),
        Hostility("confirms something else", at: .published, .instead, A.ack(99), lost),
        Hostility("confirms the largest tag", at: .published, .instead, A.ack(.max), lost),
        Hostility("confirms twice", at: .published, .instead, A.ack(1) + A.ack(1) + A.ack(1, multiple: true), []),
        Hostility("confirms all there is and more", at: .published, .instead, A.ack(.max, multiple: true), []),
        Hostility("refuses it", at: .published, .instead, A.method(.nack, A.number(UInt64(1)) + [0]), [.nacked]),
        Hostility("half a confirm", at: .published, .instead, A.method(.ack, [0, 0]), violation),
        Hostility("hangs up before the confirm", at: .published, .last, [], lost),
        Hostility("unknown frames instead of the confirm", at: .published, .endlessly, A.frame(9, [1]), violation),
        Hostility(
            "a heartbeat on every channel", at: .published, .afterwards,
            everyChannel, violation),
        Hostility("heartbeats instead of the confirm", at: .published, .endlessly, A.heartbeat, lost),
    ]

    private static let everyChannel = (1...UInt16.max).flatMap { A.frame(8, channel: $0, []) }

    private static func message(_ tag: UInt64) -> [UInt8] {
        A.deliver(tag: tag) + A.header(size: 2) + A.body([1, 2])
    }

    private static let returned = A.method(.returned, A.number(UInt16(312)) + A.short("") + A.short("") + A.short("q"))

    /// A delivery with this as its table of headers (flag 13).
    static func headers(_ table: [UInt8]) -> [UInt8] {
        A.deliver(tag: 1) + A.header(size: 0, [0x20, 0] + table)
    }

    /// Every flag set, and bytes that would do as lengths.
    private static let allProperties = [0xFF, 0xFE] + [UInt8](repeating: 1, count: 400)
}
