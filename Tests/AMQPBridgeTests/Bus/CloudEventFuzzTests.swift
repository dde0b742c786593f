import AMQPBridgeTesting
import Foundation
import Testing

@testable import AMQPBridge

/// Every crash here would be one that a stranger can cause.
@Suite("Damaged events are refused, never fatal", .timeLimit(.minutes(2)))
struct CloudEventFuzzTests {
    private static func check(_ body: [UInt8], _ comment: @autoclosure () -> String) throws -> Bool {
        guard let error = try Events.refusal(body) else { return true }
        #expect(error.code == .undecodable || error.code == .unknownEventType, "\(comment()): \(error)")
        return false
    }

    @Test("cut off at every byte")
    func truncated() throws {
        let body = try CloudEventsCodec().encode(Events.parcel, Events.metadata)
        for length in 0..<body.count {
            #expect(try !Self.check(Array(body.prefix(length)), "\(length) bytes"), "\(length) bytes were taken")
        }
    }

    @Test("each byte replaced by each that JSON gives a meaning")
    func replaced() throws {
        let body = try CloudEventsCodec().encode(ParcelSent(parcelID: "p", weight: 1), Events.metadata)
        for position in body.indices {
            for byte in "\"\\{}[]:,0-e.tn \n".utf8 + [0, 0x7F, 0x80, 0xC3, 0xFF] {
                var damaged = body
                damaged[position] = byte
                _ = try Self.check(damaged, "byte \(byte) at \(position)")
            }
        }
    }

    @Test("random damage", arguments: Seeds.all)
    func mutated(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let body = try CloudEventsCodec().encode(Events.parcel, Events.metadata)
        for round in 0..<2000 {
            var damaged = body
            for _ in 0..<Int.random(in: 1...8, using: &generator) { Self.damage(&damaged, &generator) }
            _ = try Self.check(damaged, "seed \(seed), round \(round)")
        }
    }

    private static func damage(_ body: inout [UInt8], _ generator: inout SeededGenerator) {
        let start = Int.random(in: 0...body.count, using: &generator)
        let end = min(body.count, start + Int.random(in: 0...12, using: &generator))
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: body.removeSubrange(start..<end)
        case 1: body.insert(contentsOf: body[start..<end], at: Int.random(in: 0...body.count, using: &generator))
        case 2: body.insert(.random(in: 0...255, using: &generator), at: start)
        default: if start < body.count { body[start] = .random(in: 0...255, using: &generator) }
        }
    }

    @Test("random bytes", arguments: Seeds.all)
    func noise(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<500 {
            let length = Int.random(in: 0...300, using: &generator)
            let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(try !Self.check(noise, "seed \(seed), round \(round)"))
        }
    }
}
