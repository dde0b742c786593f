@testable import AMQPBridge

struct Spilt: Error, CustomStringConvertible {
    var description = "the milk is spilt"
}

enum Letters {
    /// What RabbitMQ offers, and the least it takes.
    static let frameSizes = [131_072, 8192]
    static let topology = ServiceTopology(service: "depot", exchange: "test.events", listensTo: ["parcel.sent"])
    /// 2026-01-31T08:30:00Z.
    static let start = RFC3339Time(milliseconds: 1_769_848_200_000)
    static let later = RFC3339Time(milliseconds: 1_769_848_260_000)

    static func delivery(
        _ headers: AMQPTable = [:], exchange: ExchangeName = "test.events", key: RoutingKey = "parcel.sent",
        body: [UInt8] = [1, 2, 3]
    ) -> Delivery {
        var properties = MessageProperties()
        properties.messageID = "e-1"
        properties.type = "test.parcel.sent.v1"
        properties.correlationID = "c-1"
        properties.contentType = "application/cloudevents+json"
        properties.headers = headers
        return Delivery(
            tag: DeliveryTag(epoch: 1, value: 1), exchange: exchange, routingKey: key, properties: properties,
            body: body)
    }

    static func letter(
        _ delivery: Delivery, _ failure: any Error = Spilt(), at now: RFC3339Time = start, frameMax: Int = 131_072
    ) -> Publishing {
        ReturnCopy(topology: topology, frameMax: frameMax, now: now).deadLetter(delivery, failure: failure)
    }

    /// A letter as it comes back to the service when it is replayed.
    static func returned(_ letter: Publishing) -> Delivery {
        Delivery(
            tag: DeliveryTag(epoch: 1, value: 2), exchange: topology.returnExchange, routingKey: "in",
            properties: letter.properties, body: letter.body)
    }

    /// A letter as a look into the dead-letter queue finds it.
    static func read(_ letter: Publishing) -> DeadLetter {
        DeadLetter(
            Delivery(
                tag: DeliveryTag(epoch: 1, value: 3), exchange: letter.exchange, routingKey: letter.routingKey,
                properties: letter.properties, body: letter.body), service: "depot")
    }
}
