import AMQPBridge
import FoundationEssentials
import ShopEvents

/// Reads the books once: every service's `/audit`, then the queues and the dead letters. Nothing is changed.
struct AuditReading {
    /// From effect to cause; why, says `Books`.
    static let sequence: [ShopService] = [.order, .shipping, .inventory, .notify]

    let settings: Settings
    let clients: [ShopService: ServiceClient]
    let connection: AMQPConnection
    /// Orders that were confirmed to their customers.
    let expected: [String]

    /// Runs the body with a client for every service, all of them closed afterwards.
    static func withClients<Result: Sendable>(
        _ settings: Settings, _ services: ArraySlice<ShopService> = Self.sequence[...],
        _ clients: [ShopService: ServiceClient] = [:], _ body: ([ShopService: ServiceClient]) async throws -> Result
    ) async throws -> Result {
        guard let service = services.first else { return try await body(clients) }
        return try await ServiceClient.with(try settings.address(of: service)) { client in
            try await withClients(settings, services.dropFirst(), clients.merging([service: client]) { $1 }, body)
        }
    }

    func books() async throws -> Books {
        var books = Books()
        for service in Self.sequence {
            guard let client = clients[service] else { continue }
            try await read(client, into: &books)
        }
        for id in expected { books.expect(id) }
        let queues = try await ShopQueues(settings, on: connection)
        for (service, client) in clients {
            let isIdle = queues.waiting[service, default: 0] == 0
            if !isIdle { books.setBusy(service) } else if !(try await client.isReady()) { books.setBusy(service) }
        }
        try await readLetters(queues.withLetters, into: &books)
        return books
    }

    private func read(_ client: ServiceClient, into books: inout Books) async throws {
        let decoder = JSONDecoder()
        var count = 0
        var announced: Int?
        try await client.lines("/audit") { line in
            guard announced == nil, let record = try? decoder.decode(AuditRecord.self, from: Data(line)),
                record.belongs(to: client.address.service)
            else { throw client.stranger }
            if case .end(let records) = record { announced = records } else { count += 1 }
            if !books.enter(record) { throw client.stranger }
        }
        guard announced == count else { throw client.cut }
    }

    private func readLetters(_ services: [ShopService], into books: inout Books) async throws {
        let letters = DeadLetters(try settings.broker())
        for service in services {
            try await letters.look(service.rawValue) { letters in
                for letter in letters {
                    guard let orderID = LetterOrder(letter).orderID else { continue }
                    books.enterLetter(of: service, event: letter.routingKey, orderID: orderID)
                }
            }
        }
    }
}

extension AuditRecord {
    /// Whether this service keeps such books: another one may answer where it is looked for.
    fileprivate func belongs(to service: ShopService) -> Bool {
        switch self {
        case .order: service == .order
        case .decision, .stock: service == .inventory
        case .shipment: service == .shipping
        case .mail: service == .notify
        case .outbox, .end: true
        }
    }
}
