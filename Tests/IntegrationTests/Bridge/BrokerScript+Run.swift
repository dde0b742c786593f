import AMQPBridge
import AMQPBridgeTesting
import ShopRunning

extension BrokerScript {
    /// A broker to run a script on.
    struct Stage {
        var connect: () async throws -> any BrokerConnection
        /// Lets the time of the retry queue pass; a real broker lets it pass by itself.
        var waitForRetry: () -> Void = {}
        /// What the other broker showed: a real one takes its time to get there.
        var expected: [BrokerObservation]?
    }

    func run(on stage: Stage) async throws -> [BrokerObservation] {
        var run = Run(script: self, control: try await stage.connect(), stage: stage)
        try await run.control.declare(topology)
        var observations: [BrokerObservation] = []
        for (index, step) in steps.enumerated() {
            observations.append(try await run.perform(step, expecting: stage.expected?[index]))
        }
        await run.end()
        return observations
    }

    private struct Consuming {
        var connection: any BrokerConnection
        var consumer: DeliveryConsumer
        var inHand: [DeliveryTag] = []
    }

    private struct Run {
        let script: BrokerScript
        let control: any BrokerConnection
        let stage: Stage
        var consumers: [QueueName: Consuming] = [:]
        var count = 0

        mutating func perform(
            _ step: Step, expecting expected: BrokerObservation?
        ) async throws -> BrokerObservation {
            let outcomes = try await act(step)
            if let expected {
                // What never gets there is shown by the comparison.
                try? await eventually("as the other", within: .seconds(5)) {
                    try await look().isSettled(like: expected)
                }
            }
            var observation = try await look()
            observation.outcomes = outcomes
            for queue in consumers.keys { observation.deliveries[queue] = try await takeNew(from: queue) }
            return observation
        }

        private mutating func act(_ step: Step) async throws -> [String] {
            switch step {
            case .publish(let keys):
                return await publish(keys.map { Publishing(exchange: script.exchange, routingKey: $0, body: []) })
            case .retry(let number, let diedIn):
                let key = RoutingKey("retry.\(BrokerScript.rung.name)")
                var publishing = Publishing(exchange: script.returnExchange, routingKey: key, body: [])
                if let diedIn {
                    publishing.properties.headers["x-death"] = .array([
                        .table(["queue": .string(diedIn.rawValue), "reason": "expired", "count": 1])
                    ])
                }
                let outcomes = await publish(Array(repeating: publishing, count: number))
                stage.waitForRetry()
                return outcomes
            case .open(let queue, let prefetch):
                guard consumers[queue] == nil else { break }
                let connection = try await stage.connect()
                let consumer = try await connection.consume(queue, prefetch: prefetch, isExclusive: false)
                consumers[queue] = Consuming(connection: connection, consumer: consumer)
            case .settle(let queue, let picks, let settlement):
                settle(queue, picks, settlement)
            case .pause(let queue):
                try await consumers[queue]?.connection.pauseConsumer()
            case .resume(let queue, let prefetch):
                // What two consumers of a channel had in hand a quorum queue takes back in the order of their random
                // names.
                guard script.type == .classic || consumers[queue]?.inHand.isEmpty == true else { break }
                try await consumers[queue]?.connection.resumeConsumer(prefetch: prefetch)
            case .close(let queue):
                await consumers.removeValue(forKey: queue)?.connection.close()
            }
            return []
        }

        /// One by one: with several on their way, a full queue may or may not have noticed.
        private mutating func publish(_ publishings: [Publishing]) async -> [String] {
            var outcomes: [String] = []
            for var publishing in publishings {
                count += 1
                publishing.body = Array("\(count)".utf8)
                outcomes += await control.publish([publishing]).map { "\($0)" }
            }
            return outcomes
        }

        /// All at once, so that both send the same frames.
        private mutating func settle(_ queue: QueueName, _ picks: [Int], _ settlement: Settlement) {
            guard var consuming = consumers[queue], !consuming.inHand.isEmpty else { return }
            let indices = Set(picks.map { $0 % consuming.inHand.count })
            consuming.consumer.settle(indices.sorted().map { consuming.inHand[$0] }, settlement)
            consuming.inHand = consuming.inHand.indices.filter { !indices.contains($0) }.map { consuming.inHand[$0] }
            consumers[queue] = consuming
        }

        private func look() async throws -> BrokerObservation {
            var observation = BrokerObservation()
            for queue in script.queues { observation.ready[queue] = try await control.inspect(queue)?.ready }
            for (queue, consuming) in consumers { observation.inHand[queue] = consuming.consumer.inHand }
            return observation
        }

        private mutating func takeNew(from queue: QueueName) async throws -> [String] {
            guard var consuming = consumers[queue] else { return [] }
            let count = consuming.consumer.inHand - consuming.inHand.count
            guard count > 0 else { return [] }
            let deliveries = try await consuming.consumer.take(atLeast: count)
            consuming.inHand += deliveries.map(\.tag)
            consumers[queue] = consuming
            return deliveries.map(\.traits)
        }

        func end() async {
            for consuming in consumers.values { await consuming.connection.close() }
            await control.close()
        }
    }
}
