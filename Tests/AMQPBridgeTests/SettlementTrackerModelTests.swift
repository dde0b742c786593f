import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

/// The frames are applied to a broker that keeps the rules of AMQP 0-9-1, 1.8.3: it must end with exactly what was
/// settled, and never be told a tag it does not know (it would close the channel).
@Suite("A broker that applies the frames settles exactly what was settled", .timeLimit(.minutes(1)))
struct SettlementTrackerModelTests {
    @Test("random work", arguments: Seeds.all)
    func randomWork(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tracker = SettlementTracker()
        var broker = ModelBroker()
        var settled: [UInt64: Settlement] = [:]
        for step in 0..<4000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                try tracker.delivered(broker.deliver())
            case 4..<9:
                // Mostly the latest, so that some old ones stay behind as gaps; now and then again, or unknown.
                let newest = broker.delivered
                let tag = UInt64.random(in: (newest > 12 ? newest - 12 : 0)...(newest + 1), using: &generator)
                let settlement = Self.settlement(&generator)
                tracker.settle(tag, settlement)
                if tag >= 1, tag <= newest, settled[tag] == nil { settled[tag] = settlement }
            default:
                for frame in tracker.takeFrames() { broker.apply(frame) }
                #expect(broker.settled == settled, "seed \(seed), step \(step)")
                #expect(broker.mistakes == [], "seed \(seed), step \(step)")
                #expect(tracker.unsent == 0)
            }
            #expect(tracker.outstanding == Int(broker.delivered) - settled.count, "seed \(seed), step \(step)")
        }
    }

    private static func settlement(_ generator: inout SeededGenerator) -> Settlement {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: .requeue
        case 1: .reject(requeue: false)
        case 2: .reject(requeue: true)
        default: .ack
        }
    }
}

private struct ModelBroker {
    private(set) var delivered: UInt64 = 0
    private var outstanding: Set<UInt64> = []
    private(set) var settled: [UInt64: Settlement] = [:]
    private(set) var mistakes: [SettlementFrame] = []

    mutating func deliver() -> UInt64 {
        delivered += 1
        outstanding.insert(delivered)
        return delivered
    }

    mutating func apply(_ frame: SettlementFrame) {
        switch frame {
        case .ack(let tag, false): settle(tag, .ack, frame)
        case .ack(let last, true):
            if !outstanding.contains(last) { mistakes.append(frame) }
            for tag in outstanding where tag <= last { settle(tag, .ack, frame) }
        case .nack(let tag, let requeue): settle(tag, requeue ? .requeue : .reject(requeue: false), frame)
        case .reject(let tag, let requeue): settle(tag, .reject(requeue: requeue), frame)
        }
    }

    private mutating func settle(_ tag: UInt64, _ settlement: Settlement, _ frame: SettlementFrame) {
        guard outstanding.remove(tag) != nil else {
            mistakes.append(frame)
            return
        }
        settled[tag] = settlement
    }
}
