import ServiceHost
import ShopEvents

@main
struct Entrypoint {
    static func main() async {
        let service = ShopService.order
        await ServiceHost.main(
            ServiceDefinition(
                name: service.rawValue, source: service.source, defaultPort: service.defaultPort,
                topology: service.topology, migrations: OrderStore.migrations + IdempotencyStore.migrations,
                senders: ShopUser.senders)
        ) { host in
            OrderHandlers.register(on: host.ledger)
            OrderRoutes.add(to: host.router, over: host.ledger, rateLimit: host.configuration.rateLimit)
            host.addAudit(OrderAudit.orders)
        }
    }
}
