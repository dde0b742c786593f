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
        try await drill.flow()
        await drill.shop.signal(.shipping, SIGSTOP)
        try await drill.broker.control(
            "-q", "set_policy", "-p", try drill.shop.endpoint.vhost, "--apply-to", "queues", "full", #"^shipping\.in$"#,
            #"{"max-length": 5}"#)
        try await waitFor("Inventory to say that it was refused", within: .seconds(15)) {
            drill.shop.log(of: .inventory).contains("is a queue full?")
        }
        try await drill.flow()
        try await drill.broker.control("-q", "clear_policy", "-p", try drill.shop.endpoint.vhost, "full")
        await drill.shop.signal(.shipping, SIGCONT)
        try await drill.clean()
    }
}
