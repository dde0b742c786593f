import Ledger

/// What has been heard since the last look, and the orders that came last.
actor FlowLook {
    /// Events and orders that are told one by one. Of more there are only numbers.
    private static let maxSamples = 40
    private static let maxOrders = 50
    /// After a longer while in which nobody looked, the news is old.
    private static let patience = Duration.seconds(3)

    struct Flow: Encodable, Sendable {
        /// Events heard since the last look, of each kind.
        var counts: [HeardStore.Count]
        /// Some of them; all, when they are as many as the counts say.
        var samples: [HeardStore.Sample]
        /// How many were heard ever: by that everybody who watches can tell how many come in a second.
        var heard: Int
        var orders: [OrderBoardStore.Item]
    }

    private let ledger: EventLedger
    /// Where the last look ended, and when it was.
    private var last: (number: Int, time: ContinuousClock.Instant)?

    init(_ ledger: EventLedger) { self.ledger = ledger }

    func look() async throws -> Flow {
        let now = ContinuousClock.now
        let last = last.flatMap { now - $0.time < Self.patience ? $0 : nil }
        let (flow, number) = try await ledger.read { transaction in
            let heard = HeardStore(transaction: transaction)
            let number = try heard.last()
            let start = last?.number ?? number
            let flow = Flow(
                counts: try heard.counts(after: start),
                samples: try heard.samples(after: start, limit: Self.maxSamples),
                heard: number, orders: try OrderBoardStore(transaction: transaction).newest(limit: Self.maxOrders))
            return (flow, number)
        }
        self.last = (number, now)
        return flow
    }
}
