import ServiceHost
import ShopEvents

@main
struct Entrypoint {
    static func main() async {
        let service = ShopService.inventory
        await ServiceHost.main(
            ServiceDefinition(
                name: service.rawValue, source: service.source, defaultPort: service.defaultPort,
                topology: service.topology, migrations: StockStore.migrations, senders: ShopUser.senders)
        ) { host in
            InventoryHandlers.register(on: host.ledger)
            StockRoutes.add(to: host.router, over: host.ledger)
            host.addAudit(InventoryAudit.decisions, InventoryAudit.stock)
        }
    }
}
