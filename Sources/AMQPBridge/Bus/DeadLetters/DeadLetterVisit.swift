/// One visit to a service's dead-letter queue: it holds the queue alone, sees each letter that was there, once, and lets
/// go of what it did not settle. A quorum queue may take that back in another order when it was more than the prefetch.
struct DeadLetterVisit {
    /// How long a visitor waits for another one to leave.
    private static let patience = Duration.seconds(5)
    /// Letters may have left since they were counted: without news for so long the visit ends with what it has seen.
    private static let silence = Duration.seconds(10)
    private static let largestPrefetch = 65_535

    let service: String
    /// How many letters may be on their way at first. More are let in only when all of these stay unsettled.
    let prefetch: Int
    let clock: BusClock
    let connect: @Sendable () async throws(AMQPError) -> any BrokerConnection

    /// What a visitor has in hand.
    struct Hold {
        let connection: any BrokerConnection
        let consumer: DeliveryConsumer
        /// Letters in the queue when it was taken.
        let count: Int
        /// The consumer's.
        let prefetch: Int
    }

    private var queue: QueueName { QueueName("\(service).dead") }

    /// - Parameter handle: gets the letters in batches as they arrive, settles those that are to leave, and returns how
    ///   many those were.
    /// - Throws: `notFound` without such a queue, `resourceLocked` when another visitor does not leave in time; whatever
    ///   `handle` throws.
    func run(_ handle: ([Delivery], Hold) async throws -> Int) async throws {
        // Questions have a connection of their own: between two frames of an answer a whole queue may arrive on the other,
        // and be kept until the answer is there.
        try await withConnection { observer in
            let deadline = clock.now() + Self.patience
            while true {
                let count = try await waitForTurn(observer, until: deadline)
                let isDone = try await withConnection { connection in
                    guard let hold = try await take(connection, count, observer) else { return false }
                    if count > 0 { try await read(hold, handle) }
                    return true
                }
                if isDone { return }
                // Two came at the same moment, and both step back: not for equally long.
                guard clock.now() < deadline else { throw busy }
                try await pause(.milliseconds(.random(in: 20...200)))
            }
        }
    }

    private func withConnection<Value: Sendable>(
        _ body: (any BrokerConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await connect()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(connection))
        } catch {
            result = .failure(error)
        }
        await connection.close()
        return try result.get()
    }

    // MARK: Alone with the queue

    /// How many letters there are, once nobody else seems to hold them.
    ///
    /// An exclusive consumer is not enough: RabbitMQ 3.10 lets a second one in on a quorum queue. So visitors look at
    /// the number of consumers, which nothing else raises.
    private func waitForTurn(_ connection: any BrokerConnection, until deadline: Duration) async throws -> Int {
        var emptyLooks = 0
        while true {
            let status = try await inspect(connection)
            if status.consumers == 0, status.ready > 0 { return status.ready }
            // A classic queue forgets a consumer a moment before it takes back what that one held: look twice.
            emptyLooks = status.consumers == 0 ? emptyLooks + 1 : 0
            if emptyLooks == 2 { return 0 }
            guard clock.now() < deadline else { throw busy }
            try await pause(.milliseconds(emptyLooks > 0 ? 50 : 100))
        }
    }

    private func inspect(_ connection: any BrokerConnection) async throws -> QueueStatus {
        if let status = try await connection.inspect(queue) { return status }
        throw AMQPError(.notFound, "there is no queue '\(queue)'; create it with: shop topology apply")
    }

    private var busy: AMQPError {
        AMQPError(
            .resourceLocked,
            "somebody else holds '\(queue)' and did not let go within \(Self.patience); try again when they are done")
    }

    /// Nil when it has to begin anew: somebody else consumes, too, or a queue that seemed empty is not.
    private func take(
        _ connection: any BrokerConnection, _ count: Int, _ observer: any BrokerConnection
    ) async throws -> Hold? {
        let first = max(1, min(count, prefetch, Self.largestPrefetch))
        let consumer: DeliveryConsumer
        do throws(AMQPError) {
            consumer = try await connection.consume(queue, prefetch: UInt16(clamping: first), isExclusive: true)
        } catch {
            if error.code == .resourceLocked { return nil }
            throw error
        }
        let deadline = clock.now() + Self.silence
        while true {
            let status = try await inspect(observer)
            if status.consumers > 0 {
                guard status.consumers == 1, count > 0 || (status.ready == 0 && consumer.inHand == 0) else {
                    return nil
                }
                return Hold(connection: connection, consumer: consumer, count: count, prefetch: first)
            }
            // For a quorum queue that is too busy to be asked (250 ms) RabbitMQ answers: no messages, no consumers.
            guard clock.now() < deadline else {
                throw AMQPError(.timeout, "'\(queue)' is too busy to say who consumes from it; try again later")
            }
            try await pause(.milliseconds(50))
        }
    }

    private func pause(_ time: Duration) async throws {
        do { try await clock.sleep(time) } catch { throw Self.cancelled }
    }

    private static let cancelled = AMQPError(.cancelled, "the task was cancelled while it looked at dead letters")

    // MARK: Reading

    /// Until as many letters were seen as there were in the beginning: one that was replayed and has failed again by now
    /// is not seen twice.
    private func read(_ hold: Hold, _ handle: ([Delivery], Hold) async throws -> Int) async throws {
        let watch = SilenceWatch(limit: Self.silence, clock: clock)
        let result = await withTaskGroup(of: Void.self) { group -> Result<Void, any Error> in
            group.addTask { await watch.run { try? await hold.connection.stopConsumer() } }
            defer { group.cancelAll() }
            do {
                return .success(try await read(hold, watch, handle))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        if Task.isCancelled { throw Self.cancelled }
        // What was settled is with the broker once it has answered; otherwise this throws.
        try await hold.connection.stopConsumer()
        _ = try await hold.connection.inspect(queue)
    }

    private func read(
        _ hold: Hold, _ watch: SilenceWatch, _ handle: ([Delivery], Hold) async throws -> Int
    ) async throws {
        var (prefetch, room) = (hold.prefetch, hold.prefetch)
        var (seen, kept) = (0, 0)
        watch.listen()
        for try await batch in hold.consumer {
            watch.rest()
            let letters = Array(batch.prefix(hold.count - seen))
            seen += letters.count
            kept += letters.count - (try await handle(letters, hold))
            if seen == hold.count { return }
            if kept >= room {
                // The broker sends no more before something is settled, and nothing of this will be.
                prefetch = min(prefetch * 4, Self.largestPrefetch)
                room = prefetch < Self.largestPrefetch ? prefetch : room + prefetch
                try await hold.connection.resumeConsumer(prefetch: UInt16(clamping: prefetch))
            }
            watch.listen()
        }
    }
}
