/// AMQP 0-9-1 written by hand (4.2), so that what no encoder would write can be written.
enum AMQPBytes {
    static func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    static func short(_ text: String) -> [UInt8] { short(Array(text.utf8)) }

    /// At most 255 bytes.
    static func short(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count)] + bytes }

    static func long(_ text: String) -> [UInt8] { long(Array(text.utf8)) }

    static func long(_ bytes: [UInt8]) -> [UInt8] { number(UInt32(bytes.count)) + bytes }

    static func frame(
        _ type: UInt8, channel: UInt16 = 1, _ payload: [UInt8], size: UInt32? = nil, end: UInt8 = 0xCE
    ) -> [UInt8] {
        [type] + number(channel) + number(size ?? UInt32(payload.count)) + payload + [end]
    }

    static func method(channel: UInt16 = 1, _ method: MethodID, _ arguments: [UInt8] = []) -> [UInt8] {
        frame(1, channel: channel, number(method.classID) + number(method.methodID) + arguments)
    }

    /// A content header without properties, unless some are given: flags and values.
    static func header(classID: UInt16 = 60, size: UInt64, _ properties: [UInt8] = [0, 0]) -> [UInt8] {
        frame(2, number(classID) + number(UInt16(0)) + number(size) + properties)
    }

    static func body(_ bytes: [UInt8]) -> [UInt8] { frame(3, bytes) }

    static let heartbeat = frame(8, channel: 0, [])

    static func deliver(tag: UInt64, consumer: String = "honest") -> [UInt8] {
        method(.deliver, short(consumer) + number(tag) + [0] + short("") + short("key"))
    }

    static func close(_ code: UInt16, _ text: [UInt8]) -> [UInt8] {
        method(channel: 0, .connectionClose, number(code) + short(text) + number(UInt32(0)))
    }

    static func channelClose(_ code: UInt16, _ text: [UInt8]) -> [UInt8] {
        method(.channelClose, number(code) + short(text) + number(UInt32(0)))
    }

    static func ack(_ tag: UInt64, multiple: Bool = false) -> [UInt8] {
        method(.ack, number(tag) + [multiple ? 1 : 0])
    }

    static func start(_ properties: [UInt8] = long(""), mechanisms: String = "PLAIN", version: UInt8 = 9) -> [UInt8] {
        method(channel: 0, .start, [0, version] + properties + long(mechanisms) + long("en_US"))
    }

    static func tune(channelMax: UInt16 = 2047, frameMax: UInt32 = 131_072, heartbeat: UInt16 = 60) -> [UInt8] {
        method(channel: 0, .tune, number(channelMax) + number(frameMax) + number(heartbeat))
    }

    /// A table that holds a table that holds a table…
    static func tables(deep depth: Int) -> [UInt8] { nested(depth, entry: short("") + Array("F".utf8)) }

    /// A table that holds an array that holds an array…
    static func arrays(deep depth: Int) -> [UInt8] {
        long(short("a") + Array("A".utf8) + nested(depth, entry: Array("A".utf8)))
    }

    /// Sizes first, from the outside to the inside; quick also for thousands.
    private static func nested(_ depth: Int, entry: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for level in (0..<depth).reversed() {
            bytes += number(UInt32(level * (entry.count + 4)))
            if level > 0 { bytes += entry }
        }
        return bytes
    }

    static let notUTF8 = [UInt8](repeating: 0xFF, count: 255)
}

/// A method by its two numbers (AMQP 0-9-1, 1.4 to 1.8, and RabbitMQ's extensions).
struct MethodID: Hashable {
    var classID: UInt16
    var methodID: UInt16

    init(_ classID: UInt16, _ methodID: UInt16) {
        self.classID = classID
        self.methodID = methodID
    }

    static let start = MethodID(10, 10)
    static let startOK = MethodID(10, 11)
    static let secure = MethodID(10, 20)
    static let tune = MethodID(10, 30)
    static let open = MethodID(10, 40)
    static let openOK = MethodID(10, 41)
    static let connectionClose = MethodID(10, 50)
    static let connectionCloseOK = MethodID(10, 51)
    static let blocked = MethodID(10, 60)
    static let channelOpen = MethodID(20, 10)
    static let channelOpenOK = MethodID(20, 11)
    static let flow = MethodID(20, 20)
    static let flowOK = MethodID(20, 21)
    static let channelClose = MethodID(20, 40)
    static let declare = MethodID(50, 10)
    static let declareOK = MethodID(50, 11)
    static let qos = MethodID(60, 10)
    static let qosOK = MethodID(60, 11)
    static let consume = MethodID(60, 20)
    static let consumeOK = MethodID(60, 21)
    static let cancel = MethodID(60, 30)
    static let cancelOK = MethodID(60, 31)
    static let publish = MethodID(60, 40)
    static let returned = MethodID(60, 50)
    static let deliver = MethodID(60, 60)
    static let ack = MethodID(60, 80)
    static let nack = MethodID(60, 120)
    static let confirmSelect = MethodID(85, 10)
    static let confirmSelectOK = MethodID(85, 11)
}
