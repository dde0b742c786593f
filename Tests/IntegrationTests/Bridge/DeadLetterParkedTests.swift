import AMQPBridge
import AMQPBridgeTesting
import Testing

@Suite("What the broker itself parked can be replayed", .timeLimit(.minutes(2)))
struct DeadLetterParkedTests {
    /// Lets the service fail in the broker's eyes until the broker parks the event.
    private func park(_ id: String, by settlement: Settlement, _ depot: DeadLetterFixture) async throws {
        var event = depot.event(id)
        // What a stranger writes there is not believed.
        event.properties.headers = ["amqpbridge-routing-key": "forged", "amqpbridge-replays": 9, "colour": "red"]
        try await depot.publish([event])
        let connection = try await depot.broker.connect()
        let consumer = try await connection.consume(depot.topology.inQueue, prefetch: 1)
        let settling = Task {
            for try await batch in consumer { consumer.settle(batch.map(\.tag), settlement) }
        }
        try await depot.waitUntil(depot.topology.deadQueue, holds: 1)
        await connection.close()
        try await settling.value
    }

    @Test(
        "it comes as it was first sent, and survives the next wait in a retry queue",
        arguments: [
            (QueueType.classic, Settlement.reject(requeue: false), "rejected"),
            (.quorum, .reject(requeue: false), "rejected"), (.quorum, .requeue, "delivery_limit"),
        ])
    func replayed(type: QueueType, settlement: Settlement, reason: String) async throws {
        try await DeadLetterFixture.with(type, ladder: try RetryLadder("200ms")) { depot in
            try await park("e-1", by: settlement, depot)
            let letter = try #require(try await depot.letters.list(depot.service).first)
            #expect(letter.error == reason && letter.routingKey == "parcel.sent" && letter.attempts == 0)
            #expect(letter.properties.headers["x-death"] != nil)
            #expect(try await depot.letters.replay(depot.service).map(\.isDone) == [true])

            let copy = try #require(try await depot.takeArrived().first)
            var headers = copy.properties.headers
            #expect(headers.removeValue(forKey: "amqpbridge-first-failed")?.string == letter.firstFailed)
            #expect(
                headers == [
                    "colour": "red", "amqpbridge-exchange": .string(depot.topology.exchange.rawValue),
                    "amqpbridge-routing-key": "parcel.sent", "amqpbridge-replays": 1,
                    "amqpbridge-user-id": .string(depot.user),
                ])
            let retry = Publishing(
                exchange: depot.topology.returnExchange, routingKey: "retry.200ms", properties: copy.properties,
                body: copy.body)
            try await depot.publish([retry])
            try await depot.waitUntil(depot.topology.inQueue, holds: 1)
            let back = try #require(try await depot.takeArrived().first)
            #expect(back.properties.messageID == "e-1" && back.body == [1, 2, 3])
            #expect(back.properties.headers["x-death"] != nil, "it did wait there")
        }
    }
}
