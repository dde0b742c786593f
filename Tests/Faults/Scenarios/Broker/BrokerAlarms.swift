import Glibc
import ShopEvents
import ShopRunning

// The broker runs low on something, and takes nothing more.
extension Scenario {
    static let memoryAlarm = alarm(
        "memory-alarm", of: "memory", raise: ["set_vm_memory_high_watermark", "absolute", "1000000"],
        clear: ["set_vm_memory_high_watermark", "0.4"])

    static let diskAlarm = alarm(
        "disk-alarm", of: "disk", raise: ["set_disk_free_limit", "999999GB"], clear: ["set_disk_free_limit", "50MB"])

    private static func alarm(_ name: String, of resource: String, raise: [String], clear: [String]) -> Scenario {
        Scenario(
            name: name, family: .broker,
            summary: "the broker runs low on \(resource) and takes nothing for some seconds"
        ) { drill in
            let stopped = try await stopWithWork(drill)
            try await drill.broker.control(["-q"] + raise)
            let begin = ContinuousClock.now
            for service in stopped { await drill.shop.signal(service, SIGCONT) }
            try await drill.noticed(by: stopped, saying: "the broker is blocked: low on \(resource)", since: begin)
            let confirmed = await drill.customers.confirmedCount
            try await Task.sleep(for: .seconds(3))
            guard await drill.customers.confirmedCount == confirmed else {
                throw CommandFailed(description: "orders were confirmed during the alarm: it never took hold")
            }
            try await drill.broker.control(["-q"] + clear)
            try await drill.clean()
        }
    }

    /// Stops each service that publishes, with events before it: RabbitMQ tells a connection of an alarm when it publishes,
    /// so that only those notice who have something to say.
    private static func stopWithWork(_ drill: Drill) async throws -> [ShopService] {
        let steps: [(ShopService, after: String, before: Set<String>)] = [
            (.shipping, "inventory.updated", ["shipping.started", "shipping.cancelled"]),
            (.inventory, "order.created", ["inventory.updated", "inventory.rejected"]),
            (.order, "order.place", ["order.created", "order.rejected"]),
        ]
        for (service, last, next) in steps {
            await drill.shop.signal(service, SIGSTOP)
            try await waitFor("events to wait for \(service)") {
                drill.tap.read { $0.waiting(after: last, for: next).count >= 5 }
            }
        }
        return steps.map(\.0)
    }
}
