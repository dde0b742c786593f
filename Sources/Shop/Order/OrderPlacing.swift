import AMQPBridge
import ShopEvents

/// Sends orders, many at a time, and hands their outcomes on in the order of placing.
struct OrderPlacing {
    /// Orders on their way without a confirm yet; enough to keep a broker on loopback busy.
    static let window = 256

    struct Placed {
        var orderID: String
        var outcome: PublishOutcome
    }

    private struct OnItsWay {
        var orderID: String
        var outcome: Task<PublishOutcome, Never>
    }

    var draft: OrderDraft
    /// Nil: a new one for each.
    var id: String?
    var count: Int
    var pace: Pace

    /// Ends when the fate of everything that was sent is known. An outcome that all others would share, such as a
    /// missing exchange, stops the sending.
    ///
    /// - Parameter report: called once an order, as soon as it and all before it are known.
    func run(on connection: AMQPConnection, report: (Placed) throws -> Void) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: OnItsWay.self)
        let sender = Task {
            defer { continuation.finish() }
            try await send(on: connection) { continuation.yield($0) }
        }
        defer { sender.cancel() }
        for await order in stream {
            let outcome = await order.outcome.value
            try report(Placed(orderID: order.orderID, outcome: outcome))
            // Ends its sleep too; what is on its way already goes on.
            if CommandFailure(outcome, of: PlaceOrder.routingKey)?.isForAll == true { sender.cancel() }
        }
        do {
            try await sender.value
        } catch is CancellationError {
            // Stopped above, and reported.
        }
    }

    private func send(on connection: AMQPConnection, _ started: (OnItsWay) -> Void) async throws {
        let encoder = EventEncoder(source: "/shop/cli")
        let start = ContinuousClock.now
        var window: [Task<PublishOutcome, Never>] = []
        for number in 0..<count {
            // A slot is free when the order one window earlier is done.
            if number >= Self.window { _ = await window[number % Self.window].value }
            let due = start + pace.offset(of: number)
            if due > .now { try await ContinuousClock().sleep(until: due) }
            try Task.checkCancellation()
            let orderID = id ?? UUIDv7().description
            let publishing = try encoder.encode(draft.order(id: orderID)).publishing(to: ShopTopology.exchange)
            // Not a child of this task: cancelling the sending must not cut off the wait for what was sent.
            let outcome = Task { await Self.publish(publishing, on: connection) }
            if number < Self.window { window.append(outcome) } else { window[number % Self.window] = outcome }
            started(OnItsWay(orderID: orderID, outcome: outcome))
        }
    }

    private static func publish(_ publishing: Publishing, on connection: AMQPConnection) async -> PublishOutcome {
        await connection.publish(contentsOf: [publishing]).first ?? .noOutcome
    }
}
