import AMQPBridge
import Measure

/// The frames of one delivery, over and over.
struct FrameWork: Sendable {
    private let body: [UInt8]
    private let properties: MessageProperties

    init() throws {
        let event = try EventEncoder(source: "/shop/order").encode(Sample.created(UUIDv7().description))
        let publishing = event.publishing(to: "shop.events")
        (body, properties) = (publishing.body, publishing.properties)
    }

    @Sendable func run(_ count: Int) throws {
        var assembler = FrameAssembler(channel: 1, maxBodySize: 1 << 20, epoch: 1)
        for number in 1...UInt64(count) {
            let method = Method.deliver(
                tag: number, isRedelivered: false, exchange: "shop.events", routingKey: "order.created")
            _ = try assembler.accept(.method(channel: 1, method))
            _ = try assembler.accept(.header(channel: 1, bodySize: UInt64(body.count), properties: properties))
            let output = try body.withUnsafeBytes { try assembler.accept(.body(channel: 1, $0)) }
            guard case .delivery(let delivery)? = output, delivery.tag.value == number else {
                throw Wrong(description: "three frames are no delivery")
            }
        }
    }
}

/// As many at a time as a read or a write usually brings.
enum TrackerWork {
    private static let batch = 64

    @Sendable static func settle(_ count: Int) throws {
        var tracker = SettlementTracker()
        var frames = 0
        for number in 1...UInt64(count) {
            try tracker.delivered(number)
            tracker.settle(number, .ack)
            if number % UInt64(batch) == 0 { frames += tracker.takeFrames().count }
        }
        guard frames == count / batch else { throw Wrong(description: "\(frames) frames for \(count) acks") }
    }

    @Sendable static func confirm(_ count: Int) throws {
        var tracker = ConfirmTracker<UInt64>()
        var resolved: [ConfirmTracker<UInt64>.Resolved] = []
        let deadline = MonotonicInstant.now + .seconds(3600)
        var total = 0
        for number in 1...UInt64(count) {
            let key = ReturnKey(messageID: "id", exchange: "shop.events", routingKey: "order.created")
            tracker.register(number, returnKeys: [key], deadline: deadline)
            guard number % UInt64(batch) == 0 || number == count else { continue }
            tracker.resolve(upTo: number, multiple: true, isAck: true, into: &resolved)
            total += resolved.count
            resolved.removeAll(keepingCapacity: true)
        }
        guard total == count else { throw Wrong(description: "\(total) of \(count) confirmed") }
    }
}
