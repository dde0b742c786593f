import Ledger
import ServiceHost
import ShopEvents

/// The inventory's next version, as somebody could write it: its sources with an addition to its tables and one to what it
/// says. It is no part of the shop; the test of rolling upgrades runs it.
@main
struct Entrypoint {
    static func main() async {
        let service = ShopService.inventory
        await ServiceHost.main(
            ServiceDefinition(
                name: service.rawValue, source: service.source, defaultPort: service.defaultPort,
                topology: service.topology, migrations: StockStore.migrations + Warehouse.migrations,
                senders: ShopUser.senders)
        ) { host in
            host.ledger.on(OrderCreated.self) { event, transaction in
                try InventoryHandlers.take(for: event, in: transaction).map {
                    try Warehouse.naming($0, in: transaction)
                }
            }
            host.ledger.on(ShippingCancelled.self) { event, transaction in
                try InventoryHandlers.release(event.orderID, in: transaction)
            }
            StockRoutes.add(to: host.router, over: host.ledger)
            host.addAudit(InventoryAudit.decisions, InventoryAudit.stock)
        }
    }
}
