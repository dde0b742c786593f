import AMQPBridge
import Foundation
import ShopEvents
import ShopRunning
import Testing

/// Each user tries everything, and the broker lets it do what the table says.
@Suite("The rights of the broker's users", .shopUsers, .serialized, .timeLimit(.minutes(2)))
struct RightsTableTests {
    private static let keys = ShopService.allCases.flatMap(\.emits) + [PlaceOrder.routingKey, CancelOrder.routingKey]
    private static let queues = ShopService.allCases.flatMap { ["\($0.rawValue).in", "\($0.rawValue).dead"] }

    @Test("Nobody can do anything but what is written down for them")
    func table() async throws {
        let users = try ShopUsers.current()
        for user in ShopUser.allCases {
            let tried = try await Self.everything(user, users)
            let wanted = Self.wanted(user)
            #expect(tried.subtracting(wanted).isEmpty, "\(user.name) may do too much")
            #expect(wanted.subtracting(tried).isEmpty, "\(user.name) may not do what it must")
        }
    }

    @Test("Inventory cannot say that an order was created, read another's queue, or declare what is not its own")
    func inventory() async throws {
        let users = try ShopUsers.current()
        let configuration = try users.configuration(of: .service(.inventory))
        for attempt in [
            "publish order.created", "consume shipping.in", "declare shipping.more", "delete shop.events",
        ] {
            let error = await Self.error(of: attempt, configuration)
            #expect(error?.code == .permissionDenied && error?.replyCode == 403, "\(attempt): \(error as Any)")
        }
        #expect(await Self.error(of: "publish inventory.updated", configuration) == nil)
    }

    @Test("Nobody can claim to be another: the broker compares user_id with the login")
    func claims() async throws {
        let users = try ShopUsers.current()
        let connection = try await AMQPConnection.connect(users.configuration(of: .service(.inventory)))
        var publishing = Publishing(exchange: ShopTopology.exchange, routingKey: "inventory.updated", body: [])
        publishing.properties.userID = "order"
        let error = await #expect(throws: AMQPError.self) { try await connection.publish(publishing) }
        #expect(error?.replyCode == 406)
        await connection.close()
    }

    @Test("There is no guest")
    func guest() async throws {
        let users = try ShopUsers.current()
        var configuration = try users.configuration(of: .customer)
        configuration.endpoints[0].user = "guest"
        configuration.endpoints[0].password = "guest"
        let guest = configuration
        let error = await #expect(throws: AMQPError.self) { try await AMQPConnection.connect(guest) }
        #expect(error?.code == .credentialsRefused)
    }

    // MARK: What is tried

    /// What should work, as `everything` calls it.
    private static func wanted(_ user: ShopUser) -> Set<String> {
        var wanted = Set(user.sends.map { "publish \($0.rawValue)" })
        switch user {
        case .service(let service):
            let name = service.rawValue
            wanted.formUnion([
                "consume \(name).in", "consume \(name).dead", "declare \(name).more", "delete \(name).more",
            ])
            wanted.formUnion(["return \(name)"] + service.listensTo.map { "bind \(name).in \($0)" })
        case .operator:
            wanted.formUnion(
                ShopService.allCases.flatMap { ["consume \($0).dead", "return \($0)", "bind \($0).in #"] })
        case .topology:
            wanted.insert("declare shop.events")
            wanted.formUnion(queues.map { "consume \($0)" })
            for service in ShopService.allCases {
                wanted.formUnion(["return \(service)", "declare \(service).more", "delete \(service).more"])
                // A permission cannot say which queue goes with which key.
                wanted.formUnion(ShopService.allCases.flatMap(\.listensTo).map { "bind \(service).in \($0)" })
            }
        case .customer: break
        }
        return wanted
    }

    private static func everything(_ user: ShopUser, _ users: ShopUsers) async throws -> Set<String> {
        var attempts = keys.map { "publish \($0)" } + queues.map { "consume \($0)" }
        attempts += ["declare shop.events", "declare stranger.in", "default inventory.in"]
        for service in ShopService.allCases {
            attempts += ["return \(service)", "declare \(service).more", "delete \(service).more"]
            attempts += Set(ShopService.allCases.flatMap(\.listensTo)).map { "bind \(service).in \($0)" }
        }
        var done: Set<String> = []
        let configuration = try users.configuration(of: user)
        for attempt in attempts {
            let error = await error(of: attempt, configuration)
            if error == nil {
                done.insert(attempt)
            } else {
                #expect(error?.replyCode == 403, "\(attempt): \(error as Any)")
            }
        }
        return done
    }

    /// Each attempt on a connection of its own: a refusal costs it.
    private static func error(of attempt: String, _ configuration: AMQPConfiguration) async -> AMQPError? {
        do throws(AMQPError) {
            let connection = try await AMQPConnection.connect(configuration)
            do throws(AMQPError) {
                try await perform(attempt, connection)
                await connection.close()
            } catch {
                await connection.close()
                throw error
            }
            return nil
        } catch {
            return error.underlyingError as? AMQPError ?? error
        }
    }

    private static func perform(_ attempt: String, _ connection: AMQPConnection) async throws(AMQPError) {
        let words = attempt.split(separator: " ").map(String.init)
        let queue = QueueName(words[1])
        switch words[0] {
        case "publish":
            try await connection.publish(
                Publishing(
                    exchange: ShopTopology.exchange, routingKey: RoutingKey(words[1]), isMandatory: false, body: []))
        case "return":
            try await connection.publish(
                Publishing(
                    exchange: ExchangeName("\(words[1]).rt"), routingKey: "nowhere", isMandatory: false, body: []))
        case "default":
            try await connection.publish(
                Publishing(exchange: "", routingKey: RoutingKey(words[1]), isMandatory: false, body: []))
        case "consume": _ = try await connection.consume(queue, prefetch: 1)
        case "bind":
            try await connection.bind(Binding(queue, to: ShopTopology.exchange, key: RoutingKey(words[2])))
        case "declare" where words[1] == ShopTopology.exchange.rawValue:
            try await connection.declare(Exchange(ShopTopology.exchange, .topic))
        case "declare": try await connection.declare(Queue(queue, type: .classic))
        case "delete" where words[1] == ShopTopology.exchange.rawValue:
            try await connection.delete(ShopTopology.exchange)
        default: try await connection.delete(queue)
        }
    }
}
