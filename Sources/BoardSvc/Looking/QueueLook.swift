import AMQPBridge
import ServiceHost
import ShopEvents

/// How full all queues are, over a connection of its own.
actor QueueLook {
    /// A service's queues, in events that are ready; what is nil is not there.
    struct Queues: Encodable, Sendable {
        struct Rung: Encodable, Sendable {
            /// As it stands in the queue's name.
            var rung: String
            var ready: Int?
        }

        var ready: Int?
        var retrying: [Rung]
        var dead: Int?
    }

    private let configuration: AMQPConfiguration
    private let topologies: [(service: ShopService, topology: ServiceTopology)]
    private var connection: AMQPConnection?
    private let letters: LetterDesk

    /// - Parameters:
    ///   - asOperator: where the broker is, and as whom to look.
    ///   - letters: who takes letters into their hand to look at them; those count all the same.
    init(_ host: HostConfiguration, asOperator: AMQPConfiguration, letters: LetterDesk) {
        self.letters = letters
        var configuration = asOperator
        configuration.options.name = "board look"
        configuration.options.connectTimeout = .seconds(2)
        configuration.options.callTimeout = .seconds(2)
        self.configuration = configuration
        topologies = ShopService.allCases.map { ($0, $0.topology(queueType: host.queueType, ladder: host.ladder)) }
    }

    func look() async throws(AMQPError) -> [ShopService: Queues] {
        do throws(AMQPError) {
            let connection = try await opened()
            var all: [ShopService: Queues] = [:]
            for (service, topology) in topologies { all[service] = try await Self.queues(of: topology, connection) }
            let dead = await letters.corrected(all.compactMapValues(\.dead))
            for service in all.keys { all[service]?.dead = dead[service] }
            return all
        } catch {
            // The next look makes another one.
            let lost = connection
            connection = nil
            await lost?.close()
            throw error
        }
    }

    private static func queues(
        of topology: ServiceTopology, _ connection: AMQPConnection
    ) async throws(AMQPError) -> Queues {
        var retrying: [Queues.Rung] = []
        for rung in topology.ladder.rungs {
            let queue = QueueName("\(topology.service).retry.\(rung.name)")
            retrying.append(Queues.Rung(rung: rung.name, ready: try await connection.inspect(queue)?.ready))
        }
        return Queues(
            ready: try await connection.inspect(topology.inQueue)?.ready, retrying: retrying,
            dead: try await connection.inspect(topology.deadQueue)?.ready)
    }

    private func opened() async throws(AMQPError) -> AMQPConnection {
        if let connection { return connection }
        let connection = try await AMQPConnection.connect(configuration)
        self.connection = connection
        return connection
    }
}
