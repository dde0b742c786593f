import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopRunning
import Testing

extension WholeShop {
    /// `shop dead replay` killed at any instant leaves every event a letter, or with its service, or both.
    @Suite("A replay that is killed loses nothing", .shopWithoutServices, .serialized, .timeLimit(.minutes(5)))
    struct DeadReplayCrash {
        private static let count = 3000
        private static let kills = 12

        @Test("kill -9 at random instants, again and again")
        func killed() async throws {
            let shop = try ShopFixture.current()
            let configuration = try AMQPConfiguration(urls: shop.brokerURL)
            try await withBroker(configuration) { broker in
                let connection = try await broker.connect()
                let ids = try await putLetters(on: connection)
                var random = SeededGenerator(seed: 20_260_131)
                var midways = 0
                for _ in 1...Self.kills {
                    let before = try await connection.inspect("order.in")?.ready ?? 0
                    guard before < Self.count else { break }
                    let share = (Self.count - before) / 3
                    let arrivals = before + Int(random.next() % UInt64(share + 1))
                    try await replay(shop, killedAt: arrivals, connection)
                    let letters = try await settled(connection)
                    let arrived = try await connection.inspect("order.in")?.ready ?? 0
                    #expect(letters + arrived >= Self.count, "after a kill")
                    if letters > 0, arrived > before { midways += 1 }
                }
                #expect(midways > 3, "killed in the middle of it")
                let rest = try await shop.command("dead", "replay", "--service", "order", "--json")
                #expect(rest.exitCode == 0)
                #expect(try await settled(connection) == 0)
                let arrived = try await arrivedIDs(broker)
                #expect(Set(arrived) == ids)
                print("killed \(midways) times in the middle; \(arrived.count - ids.count) of \(ids.count) came twice")
            }
        }

        private func putLetters(on connection: AMQPConnection) async throws -> Set<String> {
            let letters = (1...Self.count).map { number in
                var publishing = Publishing(
                    exchange: "order.rt", routingKey: "dead", body: [UInt8](repeating: 7, count: 500))
                publishing.properties.messageID = "event-\(number)"
                return publishing
            }
            for (letter, outcome) in zip(letters, await connection.publish(contentsOf: letters)) {
                if let error = outcome.error(for: letter) { throw error }
            }
            return Set(letters.compactMap(\.properties.messageID))
        }

        /// Kills it as soon as so many events have arrived, or lets it end.
        private func replay(_ shop: ShopFixture, killedAt arrivals: Int, _ connection: AMQPConnection) async throws {
            try await TemporaryFolder.with("replay") { folder in
                let process = try ChildProcess(
                    ShopBinaries.named("shop"), ["dead", "replay", "--service", "order"],
                    environment: Command.inherited.merging(["AMQP_URL": shop.brokerURL]) { $1 },
                    output: folder.appending(path: "out"), errors: folder.appending(path: "err"))
                do {
                    try await waitFor("\(arrivals) arrivals", within: .seconds(30), every: .milliseconds(1)) {
                        if process.exitCode != nil { return true }
                        return try await connection.inspect("order.in")?.ready ?? 0 > arrivals
                    }
                } catch {
                    await process.end(within: .zero)
                    throw error
                }
                process.signal(SIGKILL)
                _ = try await process.exit(within: .seconds(10))
            }
        }

        /// How many letters there are once nobody holds any.
        private func settled(_ connection: AMQPConnection) async throws -> Int {
            var last = -1
            return try await waitFor("the letters back in their queue", every: .milliseconds(200)) {
                let status = try await connection.inspect("order.dead")
                defer { last = status?.ready ?? -1 }
                return status?.consumers == 0 && status?.ready == last ? last : nil
            }
        }

        private func arrivedIDs(_ broker: BrokerFixture) async throws -> [String] {
            let connection = try await broker.connect()
            let count = try await connection.inspect("order.in")?.ready ?? 0
            let consumer = try await connection.consume("order.in", prefetch: UInt16(clamping: count))
            return try await consumer.take(atLeast: count).compactMap(\.properties.messageID)
        }
    }
}
