import ShopEvents
import ShopRunning

extension Scenario {
    static let ofClock: [Scenario] = [
        clockJump("clock-jump-forward", by: .seconds(86_400), "the services' wall clock jumps a day ahead"),
        clockJump("clock-jump-back", by: .seconds(-86_400), "the services' wall clock is set back by a day"),
    ]

    /// It jumps while events wait for their next try in every place there is: refused ones in an outbox, failed ones on
    /// the ladder.
    private static func clockJump(_ name: String, by jump: Duration, _ summary: String) -> Scenario {
        Scenario(
            name: name, family: .clock, summary: summary,
            // Greylisted mail comes again by the ladder.
            setting: Setting(
                mailServer: [], setsClock: true, email: { ($0 % 3 == 0 ? "grey" : "customer") + "\($0)@example.org" })
        ) { drill in
            _ = try await drill.shop.stop(.shipping)
            try await drill.broker.control(
                "set_policy", "-p", "shop", "--apply-to", "queues", "full", "^shipping\\.in$", #"{"max-length":1}"#)
            try await waitFor("the outbox of inventory to be refused", within: .seconds(30)) {
                drill.shop.log(of: .inventory).contains("Events were not taken")
            }
            try drill.clock.set(ahead: jump)
            try await drill.flow(5)
            try await drill.broker.control("clear_policy", "-p", "shop", "full")
            try await drill.shop.start([.shipping])
            try await drill.clean(ahead: jump)
        }
    }
}
