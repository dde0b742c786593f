@testable import AMQPBridge

extension Method {
    static let sampleDeliver = Method.deliver(tag: 1, isRedelivered: false, exchange: "x", routingKey: "k")
    static let sampleReturn = Method.returned(
        replyCode: 312, replyText: "NO_ROUTE", exchange: "x", routingKey: "k")
}

extension FrameAssembler {
    /// Method and header of a delivery. With a body of zero bytes the message is whole by then.
    mutating func begin(bodySize: Int) throws {
        _ = try accept(.method(channel: channel, .sampleDeliver))
        _ = try accept(.header(channel: channel, bodySize: UInt64(bodySize), properties: MessageProperties()))
    }

    mutating func acceptBody(_ bytes: [UInt8]) throws -> Output? {
        // A frame's bytes are only borrowed: a copy that dies right here would show if they were kept.
        let channel = channel
        return try bytes.withUnsafeBytes { try accept(.body(channel: channel, $0)) }
    }

    mutating func acceptBody(_ text: String) throws -> Output? { try acceptBody(Array(text.utf8)) }
}

extension FrameAssembler.Output? {
    var delivery: Delivery? { if case .delivery(let delivery)? = self { delivery } else { nil } }
}

extension FrameAssembler.Output {
    var delivery: Delivery? { if case .delivery(let delivery) = self { delivery } else { nil } }
    var returned: ReturnKey? { if case .returned(let key) = self { key } else { nil } }
    var method: Method? { if case .method(let method) = self { method } else { nil } }
    var isHeartbeat: Bool { if case .heartbeat = self { true } else { false } }
}
