public import AMQPBridge

extension DeadLetters {
    /// The dead letters of services on a broker in memory. Its short waits are real time: a look must not hang because
    /// the test holds the clock.
    public init(_ broker: InMemoryBroker) {
        self.init { () async throws(AMQPError) in try broker.connect(named: "dead letters") }
    }
}
