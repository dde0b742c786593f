import AMQPBridge
import Ledger
import ShopEvents

/// How the services and their queues are.
struct ShopLook: Sendable {
    struct Shop: Encodable, Sendable {
        var services: [Service]
        /// Why the queues cannot be seen; nil when they can.
        var broker: String?
    }

    struct Service: Encodable, Sendable {
        var name: String
        var health: HealthLook.Health
        /// Nil while the broker cannot be reached.
        var queues: QueueLook.Queues?
    }

    let health: HealthLook
    let queues: QueueLook

    func look() async -> Shop {
        async let health = health.look()
        var (broker, depths) = (String?.none, [ShopService: QueueLook.Queues]())
        do throws(AMQPError) { depths = try await queues.look() } catch { broker = error.message }
        let answers = await health
        let services = ShopService.allCases.compactMap { service in
            answers[service].map { Service(name: service.rawValue, health: $0, queues: depths[service]) }
        }
        return Shop(services: services, broker: broker)
    }
}

/// How many orders came and how long they took, lately.
struct PaceLook: Sendable {
    /// Five minutes.
    private static let points = 60

    struct Pace: Encodable, Sendable {
        /// How long each point's while is, in milliseconds.
        var step = PaceStore.step
        var points: [PaceStore.Point]
    }

    let ledger: EventLedger

    func look() async throws -> Pace {
        let now = Int(RFC3339Time.now.milliseconds)
        return Pace(
            points: try await ledger.read {
                try PaceStore(transaction: $0).points(before: now, count: Self.points)
            })
    }
}
