import Glibc
import ShopEvents
import ShopRunning

extension Scenario {
    static let consumerTimeout = Scenario(
        name: "consumer-timeout", family: .broker,
        summary: "a service holds its deliveries for longer than the broker allows, which closes its channel (406)"
    ) { drill in
        let service = await drill.chooseService()
        try await drill.broker.evaluate(
            "application:set_env(rabbit, consumer_timeout, 3000), application:set_env(rabbit, channel_tick_interval, 1000)"
        )
        // Both are read when a channel is made.
        _ = try await drill.shop.stop(service)
        try await drill.shop.start([service])
        try await drill.flow(5)
        await drill.shop.signal(service, SIGSTOP)
        try await waitFor("the broker to lose its patience", within: .seconds(18)) {
            // "… delivery acknowledgement" up to 3.x, "… a consumer acknowledgement of a delivery" from 4.0 on.
            drill.broker.logText.contains("has timed out waiting for")
        }
        try await drill.broker.evaluate("application:set_env(rabbit, consumer_timeout, 1800000)")
        await drill.shop.signal(service, SIGCONT)
        try await drill.clean()
        guard drill.shop.log(of: service).contains("PRECONDITION_FAILED") else {
            throw CommandFailed(description: "\(service) never said that its channel was closed")
        }
    }
}
