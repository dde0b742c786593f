import AMQPBridge
import ServiceHost
import ShopEvents

@main
struct Entrypoint {
    static func main() async {
        let service = ShopService.notify
        await ServiceHost.main(
            ServiceDefinition(
                name: service.rawValue, source: service.source, defaultPort: service.defaultPort,
                topology: service.topology, migrations: MailStore.migrations, senders: ShopUser.senders,
                concurrency: { MailOutlets.width(for: $0.mail) },
                check: {
                    _ = try templates($0.mail)
                    _ = try SMTPServer($0.mail)
                })
        ) { host in
            let mail = host.configuration.mail
            let outlet = try MailOutlets.chosen(by: mail, logger: host.logger)
            NotifyHandlers(ledger: host.ledger, outlet: outlet, templates: try templates(mail)).register(on: host.bus)
            host.addAudit(MailAudit.section)
        }
    }

    private static func templates(_ mail: MailConfiguration) throws -> MailTemplates {
        try MailTemplates(TemplateSource(folder: mail.templates), sender: sender(mail))
    }

    private static func sender(_ configuration: MailConfiguration) throws(AMQPError) -> Mailbox {
        guard let text = configuration.sender else { return .shop }
        do { return try Mailbox(parsing: text) } catch {
            throw AMQPError(.invalidConfiguration, "MAIL_FROM: \(error)")
        }
    }
}
