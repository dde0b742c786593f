import ServiceHost
import ShopEvents

@main
struct Entrypoint {
    static func main() async {
        let service = ShopService.shipping
        await ServiceHost.main(
            ServiceDefinition(
                name: service.rawValue, source: service.source, defaultPort: service.defaultPort,
                topology: service.topology, migrations: ShipmentStore.migrations, senders: ShopUser.senders)
        ) { host in
            ShippingHandlers.register(on: host.ledger)
            host.addAudit(ShippingAudit.shipments)
        }
    }
}
