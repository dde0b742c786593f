import AMQPBridge
import Glibc
import ShopEvents
import ShopRunning

extension Scenario {
    static let queueDeleted = Scenario(
        name: "queue-deleted", family: .broker,
        summary: "Inventory's queue is deleted under it, with orders in it: what it held is counted, the rest is whole",
        // What a service has in hand it goes on with; the rest is in the queue.
        setting: Setting(serviceEnvironment: [.inventory: ["AMQP_PREFETCH": "4"]])
    ) { drill in
        let decisions: Set = ["inventory.updated", "inventory.rejected"]
        try await drill.flow()
        await drill.shop.signal(.inventory, SIGSTOP)
        try await waitFor("orders to wait for Inventory") {
            drill.tap.read { $0.waiting(after: "order.created", for: decisions).count >= 20 }
        }
        // Nothing new for the queue, so that what it holds can be counted; the orders wait before Order meanwhile.
        await drill.shop.signal(.order, SIGSTOP)
        var held = -1
        try await waitFor("the queue to stand still", within: .seconds(10), every: .milliseconds(500)) {
            let before = held
            held = try await messages(in: "inventory.in", drill)
            return held == before
        }
        let waiting = drill.tap.read { $0.waiting(after: "order.created", for: decisions) }
        try await drill.broker.control("-q", "delete_queue", "inventory.in", "-p", try drill.shop.endpoint.vhost)
        await drill.shop.signal(.inventory, SIGCONT)
        try await waitFor("Inventory to say that its queue was gone") {
            drill.shop.log(of: .inventory).contains("The queue was deleted")
        }
        await drill.shop.signal(.order, SIGCONT)
        await drill.expect { $0.gone = waiting.count }
        await drill.note(
            "the deleted queue held \(held) messages; an order that was among them stays placed until it is cancelled")
        try await drill.clean()
        try await cancelLatest(of: waiting, drill)
    }

    /// The way out for an order whose event is gone: Shipping, which never heard of it, agrees to the cancellation. Placing
    /// it again under its own id changes nothing.
    private static func cancelLatest(of orders: Set<String>, _ drill: Drill) async throws {
        // By the time in its id; those that were in hand are older.
        guard let latest = orders.max() else { return }
        _ = try await drill.shop.command("order", "cancel", latest, "--reason", "its event was lost").checked()
        try await waitFor("the order to be cancelled", within: .seconds(15)) {
            drill.tap.read { $0.stories[latest]?.ends == [.cancelled] }
        }
    }

    /// Ready or in somebody's hand. The queue itself is asked: what `list_queues` shows lags for seconds.
    private static func messages(in queue: QueueName, _ drill: Drill) async throws -> Int {
        let resource = #"rabbit_misc:r(<<"\#(try drill.shop.endpoint.vhost)">>, queue, <<"\#(queue.rawValue)">>)"#
        let answer = try await drill.broker.evaluate(
            "{ok, Q} = rabbit_amqqueue:lookup(\(resource)), "
                + "{ok, N, _} = ra:consistent_query(amqqueue:get_pid(Q), fun rabbit_fifo:query_messages_total/1), N")
        guard let count = Int(answer) else { throw CommandFailed(description: "not a number: \(answer)") }
        return count
    }
}
