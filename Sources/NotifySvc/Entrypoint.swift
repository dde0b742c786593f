import ServiceHost
import ShopEvents

@main
struct Entrypoint {
    static func main() async {
        let service = ShopService.notify
        await ServiceHost.main(
            ServiceDefinition(
                name: service.rawValue, source: service.source, defaultPort: service.defaultPort,
                topology: service.topology, migrations: MailStore.migrations, concurrency: MailOutlet.width)
        ) { host in
            let maildir = Maildir(host.configuration.mailDirectory)
            try maildir.prepare()
            NotifyHandlers(ledger: host.ledger, outlet: MailOutlet(maildir: maildir)).register(on: host.bus)
        }
    }
}
