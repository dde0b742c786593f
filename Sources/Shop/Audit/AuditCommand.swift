import ArgumentParser

/// Compares what the services say about all orders.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Prove that the books balance, or name what does not.",
        discussion: """
            Every order is at exactly one place; shipped is what was taken, nothing else is; every piece of stock is \
            accounted for; each customer got each e-mail once. Reads the books of all four services, their outboxes and \
            the dead letters, and changes nothing. May be run while they work: what is on its way is in flight, and what \
            looks wrong is read again until it is right or --wait is over.

            Exit code 0: they balance; 1: they do not, with every order and product that is wrong; 69: a service or \
            the broker cannot be reached.
            """
    )

    @Option(help: "How long something wrong may take to turn out as only late: 10s, 2m.")
    var wait = TimeSpan(milliseconds: 10_000)

    @Option(help: "Orders that must be there: a file of what `shop order place --json` printed; - is stdin.")
    var placed: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if placed?.isEmpty == true { throw ValidationError("--placed is empty") }
    }

    func run() async throws {
        let settings = Settings()
        let expected = try placed.map(PlacedOrders.read) ?? []
        let report = try await Broker.withConnection(settings) { connection in
            try await AuditReading.withClients(settings) { clients in
                let reading = AuditReading(
                    settings: settings, clients: clients, connection: connection, expected: expected)
                return try await audit(reading)
            }
        }
        if output.json { try Output.json(report) } else { Output.lines(report.lines(.stdout)) }
        if let failure = report.failure { throw failure }
    }

    private func audit(_ reading: AuditReading) async throws -> AuditReport {
        var patience = AuditPatience(.milliseconds(wait.milliseconds))
        while true {
            let verdict = BooksVerdict(try await reading.books())
            switch patience.next(verdict.problems) {
            case .done(let standing): return AuditReport(verdict, standing: standing)
            case .again(let pause): try await ContinuousClock().sleep(for: pause)
            }
        }
    }
}
