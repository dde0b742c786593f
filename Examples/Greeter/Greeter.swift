// The smallest useful service: it greets everybody who signs up, and says that it did.
//
//   swift run Greeter            in one terminal, with AMQP_URL set
//   swift run Greeter Ada        in another: publishes the event that the first one waits for

import AMQPBridge
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct SignedUp: Event {
    static let type: EventType = "example.user.signed_up.v1"
    static let routingKey: RoutingKey = "user.signed_up"
    var name: String
    var subject: String { name }
}

struct Greeted: Event {
    static let type: EventType = "example.user.greeted.v1"
    static let routingKey: RoutingKey = "user.greeted"
    static let audience = Audience.optional
    var text: String
    var subject: String { text }
}

@main
struct Greeter {
    static func main() async throws {
        let url = ProcessInfo.processInfo.environment["AMQP_URL"] ?? "amqp://guest:guest@127.0.0.1:5672/%2F"
        let amqp = try AMQPConfiguration(urls: url)
        let topology = ServiceTopology(
            service: "greeter", exchange: "example.events", listensTo: [SignedUp.routingKey])
        let connection = try await AMQPConnection.connect(amqp)
        try await connection.declare(topology.shared)
        try await connection.declare(topology.own)
        if let name = CommandLine.arguments.dropFirst().first {
            let event = try EventEncoder(source: "/example/cli").encode(SignedUp(name: name))
            try await connection.publish(event.publishing(to: topology.exchange))
            print("\(name) signed up: confirmed")
        }
        await connection.close()
        if CommandLine.arguments.count == 1 { try await serve(amqp, topology) }
    }

    private static func serve(_ amqp: AMQPConfiguration, _ topology: ServiceTopology) async throws {
        let logger = Logger(label: "greeter")
        let bus = RabbitMQEventBus(
            .init(amqp: amqp, topology: topology), encoder: EventEncoder(source: "/example/greeter"), logger: logger)
        // Returns: published, confirmed, and only then is the delivery acked. Throws: up the ladder, then to greeter.dead.
        bus.on(SignedUp.self) { event, _ in
            logger.info("Hello, \(event.name)!")
            return [Greeted(text: "Hello, \(event.name)!")]
        }
        try await ServiceGroup(services: [bus], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }
}
