import ServiceHost
import ShopEvents

@main
struct Entrypoint {
    static func main() async {
        let service = ShopService.board
        await ServiceHost.main(
            ServiceDefinition(
                name: service.rawValue, source: service.source, defaultPort: service.defaultPort,
                topology: service.topology,
                migrations: HeardStore.migrations + OrderBoardStore.migrations + PaceStore.migrations,
                codec: OnlookerCodec(), senders: OnlookerCodec.senders, check: { _ = try BoardConfiguration($0) })
        ) { host in
            let configuration = try BoardConfiguration(host.configuration)
            BoardHandlers.register(on: host.ledger)
            Board(host, configuration).add(to: host.router)
            host.addAudit()
        }
    }
}
