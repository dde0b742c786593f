import AMQPBridgeTesting

/// What the user asked for.
struct DrillOrder: Sendable {
    /// At least so many orders are placed in each scenario.
    var orders = 200
    var seed: UInt64
    var isLong = false

    /// The long form has its own number for the two scenarios that carry it.
    func orders(of scenario: Scenario) -> Int { isLong ? max(orders, LongForm.orders[scenario.name] ?? 0) : orders }

    /// In those two customers hurry, and there is more to settle.
    func setting(of scenario: Scenario) -> Setting {
        var setting = scenario.setting
        guard isLong, LongForm.orders[scenario.name] != nil else { return setting }
        setting.rate = LongForm.rate
        setting.settleLimit = LongForm.settleLimit
        return setting
    }

    /// The same seed makes the same choices in a scenario, whichever others run.
    func generator(for name: String) -> SeededGenerator {
        // FNV-1a: Swift's own hashes differ from run to run.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return SeededGenerator(seed: seed ^ hash)
    }
}

/// `--long`: 1,000 kills of services and 50 of the broker, over 100,000 orders and more.
enum LongForm {
    static let orders = ["service-kill": 70_000, "broker-kill": 32_000]
    static let rate = 200
    static let settleLimit = Duration.seconds(600)
    static let serviceKills = 1000
    static let brokerKills = 50
}
