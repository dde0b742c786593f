import ShopRunning

extension Scenario {
    static let ofBroker: [Scenario] = [
        brokerKill, brokerFreeze, brokerRestart, connectionsClosed, memoryAlarm, diskAlarm, queueDeleted, queueFull,
        consumerTimeout, unroutable,
    ]

    static let brokerKill = Scenario(
        name: "broker-kill", family: .broker, summary: "the broker is killed (-9) again and again, and comes back"
    ) { drill in
        let kills = drill.order.isLong ? LongForm.brokerKills : 2
        for index in 1...kills {
            try await drill.flow(toShare: Double(index) / Double(kills + 1))
            try await drill.pause(upTo: .milliseconds(500))
            try await drill.broker.kill()
            await drill.killed("broker")
            try await drill.broker.start()
            try await drill.clean()
        }
    }
}
