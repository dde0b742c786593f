import AMQPBridge
import Foundation
import ShopEvents
import ShopRunning

extension Scenario {
    static let unroutable = Scenario(
        name: "unroutable", family: .broker,
        summary: "nobody is bound to inventory.updated any more: Inventory's outbox holds it until somebody is"
    ) { drill in
        let key = InventoryUpdated.routingKey
        try await drill.flow()
        // One binding after the other goes, and an event in between would be missed by somebody for good: the broker
        // returns only what *nobody* hears. So Inventory is down meanwhile, with nothing on its way, and stands still
        // while they come back.
        _ = try await drill.shop.stop(.inventory)
        try await drill.tap.giveUp(key)
        try await unbindServices(from: key, drill)
        try await drill.shop.start([.inventory])
        try await waitFor("Inventory to say that nobody listens", within: .seconds(15)) {
            drill.shop.log(of: .inventory).contains("nobody listens to its routing key")
        }
        try await drill.flow()
        await drill.shop.signal(.inventory, SIGSTOP)
        var last: Int?
        try await waitFor("nothing of Inventory's to be on its way", every: .seconds(1)) {
            let before = last
            last = drill.tap.read { $0.counts[ShopService.inventory.source] }
            return last == before
        }
        try await drill.tap.takeBack()
        _ = try await drill.shop.command("topology", "apply").checked()
        await drill.shop.signal(.inventory, SIGCONT)
        try await drill.clean()
    }

    private static func unbindServices(from key: RoutingKey, _ drill: Drill) async throws {
        let connection = try await AMQPConnection.connect(AMQPConfiguration(urls: drill.shop.brokerURL))
        for service in ShopService.allCases {
            let queue = service.topology(queueType: .quorum, ladder: .standard).inQueue
            // An onlooker hears it by everything.
            for key in [key, "#"] where service.listensTo.contains(key) {
                try await connection.unbind(Binding(queue, to: ShopTopology.exchange, key: key))
            }
        }
        await connection.close()
    }
}
