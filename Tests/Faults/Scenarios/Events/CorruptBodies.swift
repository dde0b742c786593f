import AMQPBridge
import Foundation
import ShopEvents
import ShopRunning

extension Scenario {
    static let corruptBodies = Scenario(
        name: "corrupt-bodies", family: .events,
        summary:
            "bodies that nobody can read come by every key and every return path: letters at once, nobody is held up"
    ) { drill in
        let connection = try await drill.connect()
        var strangers = Stranger.everywhere
        strangers = await drill.shuffle(strangers)
        for begin in stride(from: 0, to: strangers.count, by: 20) {
            let some = strangers[begin..<min(begin + 20, strangers.count)].map(\.publishing)
            for (publishing, outcome) in zip(some, await connection.publish(contentsOf: some)) {
                if let error = outcome.error(for: publishing) { throw error }
            }
            try await drill.pause(upTo: .milliseconds(100))
        }
        for service in ShopService.workers {
            let key = service.listensTo[await drill.choose(service.listensTo.count)]
            for key in [nil, key] { strangers.append(try await drill.sendGiant(to: service, by: key)) }
        }
        // Its neighbours go on.
        try await drill.clean()
        await connection.close()
        let count = strangers.map(\.receivers.count).reduce(0, +)
        await drill.expect { $0.strayLetters = count }
        try await drill.checkLetters(of: strangers)
        await drill.note("\(strangers.count) corrupt messages, \(count) letters")
    }
}

/// A corrupt message on its way to whoever listens.
private struct Stranger {
    var id = UUIDv7().description
    var exchange: ExchangeName
    var key: RoutingKey
    var receivers: [ShopService]
    var body: CorruptBody

    /// By the shop's exchange to all who listen to this key.
    init(by key: RoutingKey, _ body: CorruptBody) {
        exchange = ShopTopology.exchange
        self.key = key
        receivers = ShopService.workers.filter { $0.listensTo.contains(key) }
        self.body = body
    }

    /// By its own return path to one service.
    init(to service: ShopService, _ body: CorruptBody) {
        exchange = ExchangeName("\(service.rawValue).rt")
        key = "in"
        receivers = [service]
        self.body = body
    }

    /// Every kind by every key that somebody listens to, and by every return path.
    static var everywhere: [Stranger] {
        let keys = Set(ShopService.workers.flatMap(\.listensTo)).sorted { $0.rawValue < $1.rawValue }
        return keys.flatMap { key in CorruptBody.all(for: key).map { Stranger(by: key, $0) } }
            + ShopService.workers.flatMap { service in
                CorruptBody.all(for: service.listensTo[0]).map { Stranger(to: service, $0) }
            }
    }

    var publishing: Publishing {
        var properties = MessageProperties()
        properties.contentType = body.contentType
        properties.messageID = id
        return Publishing(exchange: exchange, routingKey: key, properties: properties, body: body.bytes)
    }
}

extension Drill {
    /// More than a service reads, from a client of another make: ours refuses to send it.
    ///
    /// - Parameter key: nil: by the return path.
    fileprivate func sendGiant(to service: ShopService, by key: RoutingKey?) async throws -> Stranger {
        let giant = CorruptBody(kind: "too large", bytes: [], reason: "rejected: the body has")
        let stranger = key.map { Stranger(by: $0, giant) } ?? Stranger(to: service, giant)
        let command = Command(
            executable: URL(filePath: "/usr/bin/python3"),
            arguments: [
                "\(Repository.root)/Tests/ForeignClients/publish.py", stranger.exchange.rawValue, stranger.key.rawValue,
                stranger.id,
            ], environment: ["BROKER_URL": shop.brokerURL], input: Data(count: (1 << 20) + 1 + choose(1 << 16)))
        _ = try await command.run().checked()
        return stranger
    }

    /// Each has to lie in the dead letters of each service that got it, once, with its reason, after one attempt at most.
    fileprivate func checkLetters(of strangers: [Stranger]) async throws {
        let count = strangers.map(\.receivers.count).reduce(0, +)
        let letters = try await waitFor("\(count) letters", within: .seconds(30), every: .milliseconds(500)) {
            let rows = try await shop.command("dead", "list", "--json").checked().rows(of: LetterRow.self)
            guard rows.count >= count else { throw CommandFailed(description: "there are \(rows.count)") }
            return rows
        }
        let byAddress = Dictionary(grouping: letters) { "\($0.service) \($0.eventId ?? "")" }
        for stranger in strangers {
            for service in stranger.receivers {
                let own = byAddress["\(service.rawValue) \(stranger.id)", default: []]
                guard own.count == 1, own[0].error.contains(stranger.body.reason), own[0].attempts <= 1 else {
                    throw CommandFailed(
                        description:
                            "\(stranger.body.kind) by \(stranger.exchange) / \(stranger.key) in \(service): \(own)")
                }
            }
        }
    }
}
