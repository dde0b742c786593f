import AMQPBridge
import AMQPBridgeTesting
import ShopRunning
import Synchronization

extension Scenario {
    static let duplicates = Scenario(
        name: "duplicates", family: .events,
        summary: "every event and every command is delivered three times, late and in any order"
    ) { drill in
        let connection = try await drill.connect()
        let echo = Echo(drill.order.generator(for: "echo"))
        try await Echo.declare(on: connection)
        try await withThrowingTaskGroup { group in
            group.addTask { try await echo.listen(on: connection) }
            group.addTask { try await echo.speak(on: connection) }
            group.addTask {
                try await drill.flow(toShare: 1)
                let orders = await drill.customers.confirmed
                try await waitFor("these orders to end") { drill.tap.read { $0.open.isDisjoint(with: orders) } }
                echo.hearNoMore()
                try await waitFor("the last copy to be out") { echo.pending == 0 }
                await drill.note("\(echo.heard) messages, \(echo.spoken) copies of them")
                // An order that ships takes four messages to get there.
                guard echo.spoken == 2 * echo.heard, echo.heard >= 3 * drill.order.orders(of: drill.scenario) else {
                    throw CommandFailed(description: "the fault never took hold: too few copies")
                }
                try await drill.clean()
                throw CancellationError()
            }
            // Whoever ends first ends all; the last of them does so by its cancellation.
            do { while try await group.next() != nil {} } catch is CancellationError {}
            group.cancelAll()
        }
        await connection.close()
    }
}

/// Says twice more what passes the exchange: a part of it at once, a part seconds later.
private final class Echo: Sendable {
    private struct Copy {
        var due: ContinuousClock.Instant
        var publishing: Publishing
    }

    private struct State {
        var random: SeededGenerator
        var copies: [Copy] = []
        var heard = 0
        var spoken = 0
        var isDeaf = false
    }

    private static let queue: QueueName = "faults.echo"
    private static let mark = "faults-copy"
    private static let longest = 6000
    private let state: Mutex<State>

    init(_ random: SeededGenerator) { state = Mutex(State(random: random)) }

    static func declare(on connection: AMQPConnection) async throws {
        try await connection.declare(
            Topology(
                queues: [Queue(queue, type: .classic)], bindings: [Binding(queue, to: "shop.events", key: "#")]))
    }

    var heard: Int { state.withLock { $0.heard } }
    var spoken: Int { state.withLock { $0.spoken } }
    /// Copies that have not been published and confirmed.
    var pending: Int { state.withLock { 2 * $0.heard - $0.spoken } }

    func hearNoMore() { state.withLock { $0.isDeaf = true } }

    func listen(on connection: AMQPConnection) async throws {
        let consumer = try await connection.consume(Self.queue, prefetch: 1000)
        for try await batch in consumer {
            for delivery in batch where delivery.properties.headers[Self.mark] == nil { hear(delivery) }
            consumer.settle(batch.map(\.tag), .ack)
        }
    }

    private func hear(_ delivery: Delivery) {
        var properties = delivery.properties
        properties.headers[Self.mark] = true
        let publishing = Publishing(
            exchange: delivery.exchange, routingKey: delivery.routingKey, properties: properties, body: delivery.body)
        state.withLock { state in
            guard !state.isDeaf else { return }
            state.heard += 1
            for _ in 0..<2 {
                let late = state.random.below(2) == 0 ? 0 : state.random.below(Self.longest)
                state.copies.append(Copy(due: .now + .milliseconds(late), publishing: publishing))
            }
        }
    }

    func speak(on connection: AMQPConnection) async throws {
        while true {
            try await Task.sleep(for: .milliseconds(20))
            let due = takeDue()
            let outcomes = await connection.publish(contentsOf: due)
            for (publishing, outcome) in zip(due, outcomes) {
                if let error = outcome.error(for: publishing) { throw error }
            }
            state.withLock { $0.spoken += due.count }
        }
    }

    private func takeDue() -> [Publishing] {
        state.withLock { state in
            let now = ContinuousClock.now
            let due = state.copies.filter { $0.due <= now }.map(\.publishing)
            state.copies.removeAll { $0.due <= now }
            return due.shuffled(using: &state.random)
        }
    }
}
