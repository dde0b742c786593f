import Foundation

/// Which worlds are tried: by `SIMULATION_SEED` that one alone, else as many as `SIMULATION_SEEDS` says, or 200; with all
/// tests 1,000.
enum SeededWorlds {
    static var seeds: Range<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["SIMULATION_SEED"].flatMap({ UInt64($0) }), seed < .max { return seed..<seed + 1 }
        let usual: UInt64 = environment["SHOP_TESTS_ALL"] == "1" ? 1000 : 200
        return 0..<(environment["SIMULATION_SEEDS"].flatMap { UInt64($0) } ?? usual)
    }
}
