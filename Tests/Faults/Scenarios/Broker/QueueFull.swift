import AMQPBridge
import Glibc
import ShopEvents
import ShopRunning

extension Scenario {
    static let queueFull = Scenario(
        name: "queue-full", family: .broker,
        summary: "Shipping stands still and its queue is full: the broker refuses (nack) what Inventory sends",
        // The rest waits in the queue, which only then is full.
        setting: Setting(serviceEnvironment: [.shipping: ["AMQP_PREFETCH": "4"]])
    ) { drill in
        for isMendedByPolicy in [false, true] {
            try await drill.flow(10)
            await drill.shop.signal(.shipping, SIGSTOP)
            let before = refusals(drill)
            try await drill.broker.control(
                "-q", "set_policy", "-p", try drill.shop.endpoint.vhost, "--apply-to", "queues", "full",
                #"^shipping\.in$"#, #"{"max-length": 5}"#)
            try await waitFor("Inventory to say that it was refused", within: .seconds(15)) {
                refusals(drill) > before
            }
            try await drill.flow()
            if isMendedByPolicy {
                try await drill.broker.control("-q", "clear_policy", "-p", try drill.shop.endpoint.vhost, "full")
            }
            await drill.shop.signal(.shipping, SIGCONT)
            try await drill.clean()
            // That may have come of what the queue held. From here on it needs what Inventory sends.
            try await drill.clean([.shipping])
        }
    }

    private static func refusals(_ drill: Drill) -> Int {
        drill.shop.log(of: .inventory).ranges(of: "is a queue full?").count
    }
}
