import AMQPBridge
import ShopEvents

/// How full the services' queues are at a moment.
struct ShopQueues {
    /// Events that wait to be handled, also those that wait for another attempt. What a service has in hand is not counted.
    private(set) var waiting: [ShopService: Int] = [:]
    /// Events that were given up.
    private(set) var dead: [ShopService: Int] = [:]

    /// - Throws: a failure that names the queues that are missing.
    init(_ settings: Settings, on connection: AMQPConnection) async throws {
        let (type, ladder) = (try settings.queueType(), try settings.ladder())
        var missing: [String] = []
        for service in ShopService.allCases {
            let topology = service.topology(queueType: type, ladder: ladder)
            for name in topology.own.queues.map(\.name) {
                guard let status = try await connection.inspect(name) else {
                    missing.append(name.rawValue)
                    continue
                }
                if name == topology.deadQueue {
                    dead[service] = status.ready
                } else {
                    waiting[service, default: 0] += status.ready
                }
            }
        }
        if !missing.isEmpty { throw Failure.missingQueues(missing) }
    }

    /// Services with dead letters.
    var withLetters: [ShopService] { ShopService.allCases.filter { dead[$0, default: 0] > 0 } }
}

extension Failure {
    static func missingQueues(_ names: [String]) -> Failure {
        .failed("missing: \(names.joined(separator: ", ")); create with `shop topology apply`")
    }
}
