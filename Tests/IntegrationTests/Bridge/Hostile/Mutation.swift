import AMQPBridgeTesting

/// Valid bytes made invalid, by a seed.
struct Mutation {
    var random: SeededGenerator

    /// One to three changes, each of a kind that breaks decoders.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0, 1:
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2:
            bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 3:
            bytes.removeSubrange(place...)
        case 4:
            let count = Int.random(in: 1...32, using: &random)
            bytes.insert(contentsOf: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, at: place)
        case 5:
            // A length at its limits, wherever it falls.
            let number = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].randomElement(using: &random) ?? UInt32(0)
            for (offset, byte) in AMQPBytes.number(number).enumerated() where place + offset < bytes.count {
                bytes[place + offset] = byte
            }
        default:
            let end = min(bytes.count, place + Int.random(in: 1...64, using: &random))
            bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
        }
    }
}
