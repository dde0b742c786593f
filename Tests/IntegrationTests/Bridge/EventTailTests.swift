import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Synchronization
import Testing

@Suite("A tail sees what passes, survives its connection and leaves nothing behind", .timeLimit(.minutes(2)))
struct EventTailTests {
    /// What a running tail has told so far.
    private final class Seen: Sendable {
        private let updates = Mutex<[EventTail.Update]>([])
        /// Whoever looks on takes no more for now.
        let isHeld = Atomic(false)

        func add(_ update: EventTail.Update) { updates.withLock { $0.append(update) } }

        var events: [TailedEvent] {
            updates.withLock { $0 }.flatMap { update -> [TailedEvent] in
                if case .events(let events) = update { events } else { [] }
            }
        }

        var attachments: Int { updates.withLock { $0.count { if case .attached = $0 { true } else { false } } } }

        /// In words, runs of events as one.
        var story: [String] {
            updates.withLock { $0 }.reduce(into: []) { story, update in
                let word =
                    switch update {
                    case .attached: "attached"
                    case .events: "events"
                    case .interrupted: "interrupted"
                    }
                if word != story.last || word == "interrupted" { story.append(word) }
            }
        }
    }

    /// A topic exchange in a virtual host of its own, a tail that runs on it, and a connection to publish on.
    private func withTail(
        keys: [RoutingKey] = ["#"],
        _ body: (_ host: String, _ seen: Seen, _ connection: AMQPConnection, _ broker: BrokerFixture) async throws ->
            Void
    ) async throws {
        try await BrokerControl.withVirtualHost { host, broker in
            try await broker.declare(Topology(exchanges: [Exchange("events", .topic)]))
            let connection = try await broker.connect()
            let seen = Seen()
            try await withThrowingTaskGroup(of: Void.self) { group in
                var configuration = broker.configuration
                configuration.options.maxBodySize = 1000
                let tail = EventTail(configuration, exchange: "events", keys: keys)
                group.addTask { try await tail.run { seen.add($0) } }
                try await eventually("it is attached") { seen.attachments == 1 }
                try await body(host, seen, connection, broker)
                group.cancelAll()
                // Cancelling is how it ends in order.
                try await group.waitForAll()
            }
            #expect(try await queues(of: host).isEmpty)
        }
    }

    private func queues(of host: String) async throws -> [String] {
        try await BrokerControl.ctl("-q", "list_queues", "-p", host, "--no-table-headers", "name")
            .split(separator: "\n").map(String.init)
    }

    private func publishing(_ key: RoutingKey, id: String, subject: String = "s-1") -> Publishing {
        let body =
            #"{"specversion":"1.0","id":"\#(id)","source":"/shop/order","type":"any.v7","subject":"\#(subject)","#
            + #""time":"2026-01-02T03:04:05Z","causationid":"c-1","data":{"x":1}}"#
        return Publishing(exchange: "events", routingKey: key, body: Array(body.utf8))
    }

    @Test("events of any type, in order, with all they say of themselves and their bytes")
    func events() async throws {
        try await withTail { _, seen, connection, _ in
            let publishings = (0..<1000).map { publishing(RoutingKey("a.b\($0 % 7)"), id: "\($0)") }
            for outcome in await connection.publish(contentsOf: publishings) { #expect(outcome.isConfirmed) }
            try await eventually("all are seen") { seen.events.count == 1000 }
            let events = seen.events
            #expect(events.map(\.metadata?.id) == (0..<1000).map { "\($0)" })
            #expect(events.map(\.routingKey) == publishings.map(\.routingKey))
            #expect(events.map(\.body) == publishings.map(\.body))
            #expect(events.allSatisfy { $0.undecodable == nil })
            let metadata = try #require(events.first?.metadata)
            #expect(metadata.source == "/shop/order")
            #expect(metadata.type == "any.v7")
            #expect(metadata.subject == "s-1")
            #expect(metadata.causationID == "c-1")
            #expect(metadata.time.description == "2026-01-02T03:04:05.000Z")
        }
    }

    @Test("only the keys that were asked for")
    func keys() async throws {
        try await withTail(keys: ["order.*", "stock.#"]) { _, seen, connection, _ in
            for (index, key) in ["order.placed", "order.placed.twice", "mail.sent", "stock", "stock.a.b"].enumerated() {
                var publishing = publishing(RoutingKey(key), id: "\(index)")
                publishing.isMandatory = false
                try await connection.publish(publishing)
            }
            try await eventually("the last one is seen") { seen.events.count == 3 }
            #expect(seen.events.map(\.routingKey) == ["order.placed", "stock", "stock.a.b"])
        }
    }

    @Test("what is no event is shown all the same, with the reason")
    func undecodable() async throws {
        try await withTail { _, seen, connection, _ in
            var rubbish = publishing("a", id: "")
            rubbish.body = Array("rubbish".utf8)
            rubbish.properties.messageID = "m-1"
            var huge = rubbish
            huge.body = [UInt8](repeating: 32, count: 1001)
            try await connection.publish(rubbish)
            try await connection.publish(huge)
            try await connection.publish(publishing("b", id: "good"))
            try await eventually("all three are seen") { seen.events.count == 3 }
            let events = seen.events
            #expect(events.map { $0.metadata?.id } == [nil, nil, "good"])
            #expect(events[0].properties.messageID == "m-1")
            #expect(events[0].undecodable?.contains("JSON") == true)
            #expect(events[1].undecodable?.contains("1001 bytes") == true)
            #expect(events[1].body.isEmpty)
        }
    }

    @Test("every connection is closed by force: it says that it missed something, and goes on")
    func forcedClose() async throws {
        try await withTail { host, seen, connection, broker in
            try await connection.publish(publishing("a", id: "before"))
            try await eventually("the first is seen") { seen.events.count == 1 }
            for count in 2...3 {
                // A connection becomes known to the node's tools a moment after its login.
                try await eventually("the connection was closed") {
                    try await BrokerControl.ctl("-q", "close_all_connections", "--vhost", host, "test")
                    try await Task.sleep(for: .milliseconds(50))
                    return seen.story.count { $0 == "interrupted" } >= count - 1
                }
                try await eventually("it is attached again") { seen.attachments >= count }
            }
            let other = try await broker.connect()
            try await eventually("an event after it is seen") {
                try await other.publish(publishing("a", id: "after"))
                return seen.events.last?.metadata?.id == "after"
            }
            #expect(seen.story.first == "attached")
            #expect(try await queues(of: host).count == 1)
        }
    }

    @Test("its queue is deleted: as when the connection is lost")
    func queueDeleted() async throws {
        try await withTail { host, seen, connection, _ in
            let queue = try #require(try await queues(of: host).first)
            #expect(queue.hasPrefix("amqpbridge.tail."))
            try await BrokerControl.ctl("-q", "delete_queue", "-p", host, queue)
            try await eventually("it is attached again") { seen.attachments == 2 }
            try await connection.publish(publishing("a", id: "after"))
            try await eventually("it is seen") { seen.events.count == 1 }
            #expect(seen.story == ["attached", "interrupted", "attached", "events"])
        }
    }

    @Test("one who looks on slowly never fills the broker: the oldest are dropped")
    func slow() async throws {
        try await BrokerControl.withVirtualHost { host, broker in
            try await broker.declare(Topology(exchanges: [Exchange("events", .topic)]))
            let connection = try await broker.connect()
            let seen = Seen()
            seen.isHeld.store(true, ordering: .relaxed)
            try await withThrowingTaskGroup(of: Void.self) { group in
                let tail = EventTail(broker.configuration, exchange: "events")
                group.addTask {
                    try await tail.run { update in
                        seen.add(update)
                        while case .events = update, seen.isHeld.load(ordering: .relaxed) {
                            try await Task.sleep(for: .milliseconds(5))
                        }
                    }
                }
                try await eventually("it is attached") { seen.attachments == 1 }
                let count = EventTail.maxWaiting + 2000
                for start in stride(from: 0, to: count, by: 1000) {
                    let publishings = (start..<start + 1000).map { publishing("a", id: "\($0)") }
                    for outcome in await connection.publish(contentsOf: publishings) { #expect(outcome.isConfirmed) }
                }
                let lines = try await BrokerControl.ctl(
                    "-q", "list_queues", "-p", host, "--no-table-headers", "messages_ready")
                #expect(lines.split(separator: "\n").map { Int($0) } == [EventTail.maxWaiting])
                seen.isHeld.store(false, ordering: .relaxed)
                try await eventually("the last one is seen") { seen.events.last?.metadata?.id == "\(count - 1)" }
                let numbers = seen.events.compactMap { Int($0.metadata?.id ?? "") }
                #expect(numbers == numbers.sorted())
                #expect(numbers.count < count)
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    private struct Enough: Error {}

    @Test("an error of whoever looks on ends it, and takes the queue along")
    func bodyThrows() async throws {
        try await BrokerControl.withVirtualHost { host, broker in
            try await broker.declare(Topology(exchanges: [Exchange("events", .topic)]))
            let tail = EventTail(broker.configuration, exchange: "events")
            await #expect(throws: Enough.self) { try await tail.run { _ in throw Enough() } }
            #expect(try await queues(of: host).isEmpty)
        }
    }

    @Test("what is wrong at the start is said at once: no exchange, no broker, a wrong password")
    func refusals() async throws {
        try await withBroker { broker in
            let exchange = ExchangeName(broker.unique("missing"))
            let port = try LocalPort(isListening: false)
            defer { port.close() }
            var (nobody, stranger) = (broker.configuration, broker.configuration)
            for index in nobody.endpoints.indices {
                nobody.endpoints[index].port = port.number
                stranger.endpoints[index].password = "wrong"
            }
            let cases: [(AMQPConfiguration, AMQPError.Code)] = [
                (broker.configuration, .notFound), (nobody, .unreachable), (stranger, .credentialsRefused),
            ]
            for (configuration, code) in cases {
                let tail = EventTail(configuration, exchange: exchange)
                let error = await #expect(throws: AMQPError.self) { try await tail.run { _ in } }
                #expect(error?.code == code)
            }
        }
    }
}
