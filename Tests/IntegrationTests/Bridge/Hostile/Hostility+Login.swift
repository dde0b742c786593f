import AMQPBridge

private typealias A = AMQPBytes

extension Hostility {
    /// A server that cannot be logged in to: unreachable, as far as anybody can tell, or not one of ours.
    private static let refused: Set<AMQPError.Code> = [.unreachable, .protocolViolation, .timeout, .connectionLost]

    static let greetings: [Hostility] = [
        Hostility("says nothing", at: .greeting, .instead, [], refused),
        Hostility("hangs up at once", at: .greeting, .last, [], refused),
        Hostility("speaks HTTP", at: .greeting, .last, Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), refused),
        Hostility("asks for another version", at: .greeting, .last, Array("AMQP".utf8) + [0, 1, 0, 0], refused),
        Hostility("sends garbage", at: .greeting, .instead, [UInt8](repeating: 0x5A, count: 65_536), refused),
        Hostility("sends zeros", at: .greeting, .instead, [UInt8](repeating: 0, count: 65_536), refused),
        Hostility("half a frame, then it hangs up", at: .greeting, .last, Array(A.start().dropLast(9)), refused),
        Hostility("half a frame, then silence", at: .greeting, .instead, Array(A.start().dropLast(9)), refused),
        Hostility("a frame of 4 GiB", at: .greeting, .instead, A.frame(1, channel: 0, [0], size: .max), refused),
        Hostility(
            "a frame of 2 GiB", at: .greeting, .instead, A.frame(1, channel: 0, [0], size: 0x7FFF_FFF7), refused),
        Hostility("a wrong frame end", at: .greeting, .instead, Array(A.start().dropLast()) + [0xCD], refused),
        Hostility("start on a channel", at: .greeting, .instead, A.method(.start, [0, 9] + A.long("")), refused),
        Hostility("start of AMQP 0-8", at: .greeting, .instead, A.start(version: 8), refused),
        Hostility("no mechanisms", at: .greeting, .instead, A.start(mechanisms: ""), refused),
        Hostility("other mechanisms", at: .greeting, .instead, A.start(mechanisms: "EXTERNAL GSSAPI"), refused),
        Hostility("start without fields", at: .greeting, .instead, A.method(channel: 0, .start), refused),
        Hostility("a method of two bytes", at: .greeting, .instead, A.frame(1, channel: 0, [0, 10]), refused),
        Hostility("close in place of start", at: .greeting, .instead, A.close(320, A.notUTF8), refused),
        Hostility("an unknown class", at: .greeting, .instead, A.method(channel: 0, MethodID(999, 1)), refused),
        Hostility("heartbeats without end", at: .greeting, .endlessly, A.heartbeat, refused),
        Hostility("an unknown frame without end", at: .greeting, .endlessly, A.frame(77, channel: 0, []), refused),
        Hostility("tables 10,000 deep", at: .greeting, .instead, A.start(A.tables(deep: 10_000)), []),
        Hostility("arrays 12,000 deep", at: .greeting, .instead, A.start(A.arrays(deep: 12_000)), []),
        Hostility(
            "a table longer than its frame", at: .greeting, .instead,
            A.method(channel: 0, .start, [0, 9] + A.number(UInt32.max) + [1, 2, 3]), refused),
        Hostility(
            "a table of an unknown kind", at: .greeting, .instead, A.start(A.long(A.short("a") + [0x7F])), refused),
        Hostility(
            "properties that are no text", at: .greeting, .instead,
            A.start(A.long(A.short(A.notUTF8) + Array("S".utf8) + A.long(A.notUTF8))), []),
    ]

    static let logins: [Hostility] = [
        Hostility("a challenge", at: .method(.startOK), .instead, A.method(channel: 0, .secure, A.long("?")), refused),
        Hostility("silence after the login", at: .method(.startOK), .instead, [], refused),
        Hostility("start again", at: .method(.startOK), .instead, A.start(), refused),
        Hostility("the login is closed", at: .method(.startOK), .instead, A.close(501, A.notUTF8), refused),
        Hostility(
            "wrong password, in no language", at: .method(.startOK), .instead, A.close(403, A.notUTF8),
            [.credentialsRefused]),
        Hostility("frames of 1 byte", at: .method(.startOK), .instead, A.tune(frameMax: 1), refused),
        Hostility("frames of 25 bytes", at: .method(.startOK), .instead, A.tune(frameMax: 25), refused),
        Hostility("frames of 4,095 bytes", at: .method(.startOK), .instead, A.tune(frameMax: 4095), refused),
        Hostility("frames without limit", at: .method(.startOK), .instead, A.tune(frameMax: 0), []),
        Hostility("frames of 4 GiB", at: .method(.startOK), .instead, A.tune(frameMax: .max), []),
        Hostility("channels without limit", at: .method(.startOK), .instead, A.tune(channelMax: 0), []),
        Hostility("heartbeats of 18 hours", at: .method(.startOK), .instead, A.tune(heartbeat: .max), []),
        Hostility("no heartbeats", at: .method(.startOK), .instead, A.tune(heartbeat: 0), []),
        Hostility("tune on a channel", at: .method(.startOK), .instead, A.method(.tune, A.number(UInt64(0))), refused),
        Hostility("tune twice", at: .method(.startOK), .instead, A.tune() + A.tune(frameMax: 1), []),
        Hostility("half of tune", at: .method(.startOK), .instead, A.method(channel: 0, .tune, [0, 0, 0]), refused),
        Hostility(
            "heartbeats on every channel", at: .method(.startOK), .endlessly,
            (1...UInt16.max).flatMap { A.frame(8, channel: $0, []) }, refused),
        Hostility("no such vhost, in no language", at: .method(.open), .last, A.close(530, A.notUTF8), [.vhostRefused]),
        Hostility("silence after open", at: .method(.open), .instead, [], refused),
        Hostility("heartbeats after open", at: .method(.open), .endlessly, A.heartbeat, refused),
        Hostility("open-ok on a channel", at: .method(.open), .instead, A.method(.openOK, A.short("")), refused),
        Hostility(
            "unknown frames after open", at: .method(.open), .endlessly, A.frame(9, channel: 0, [1, 2, 3]), refused),
        Hostility("silence after channel.open", at: .method(.channelOpen), .instead, [], refused),
        Hostility(
            "the channel opens elsewhere", at: .method(.channelOpen), .instead,
            A.method(channel: 2, .channelOpenOK, A.long("")), refused),
        Hostility(
            "the channel closes at once", at: .method(.channelOpen), .instead, A.channelClose(504, A.notUTF8), refused),
        Hostility("hangs up on confirm.select", at: .method(.confirmSelect), .last, [], refused),
    ]
}
