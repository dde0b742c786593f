import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

@Suite("Who is refused on one connection for too long tries another")
struct RefusalWatchTests {
    private var watch = RefusalWatch()

    private mutating func see(
        _ outcome: PublishOutcome, _ key: RoutingKey = "a", at seconds: Double, sent: Double? = nil
    ) -> Bool {
        let publishing = Publishing(exchange: "events", routingKey: key, body: [])
        return watch.isTooMuch([publishing], [outcome], sent: .seconds(sent ?? seconds), now: .seconds(seconds))
    }

    @Test("one refusal is nothing, nor are many within a second")
    mutating func patience() {
        for step in 0..<10 { #expect(!see(.nacked, at: Double(step) / 10)) }
        #expect(see(.nacked, at: 1))
    }

    @Test("one that the broker took its time for is enough")
    mutating func slow() {
        #expect(!see(.confirmed, at: 14, sent: 0))
        #expect(see(.nacked, at: 14, sent: 0))
    }

    @Test("what is taken meanwhile under another key changes nothing: the broker refuses for one queue only")
    mutating func others() {
        #expect(!see(.nacked, at: 0))
        #expect(!see(.confirmed, "b", at: 0.5))
        #expect(see(.nacked, at: 1))
    }

    @Test("what is taken under the same key ends it")
    mutating func taken() {
        #expect(!see(.nacked, at: 0))
        #expect(!see(.confirmed, at: 0.5))
        #expect(!see(.nacked, at: 1))
        #expect(see(.nacked, at: 2))
    }

    @Test("a queue that is full for hours costs a connection every few seconds, as an unreachable broker does")
    mutating func growingWaits() {
        let tries = (0..<600).filter { see(.nacked, at: Double($0)) }
        #expect(tries.prefix(6) == [1, 4, 8, 12, 16, 20])
        #expect(zip(tries.dropFirst(6), tries.dropFirst(7)).allSatisfy { $1 - $0 == 4 })
        #expect(!see(.confirmed, at: 600), "a refusal after the last try, and then it is taken: all is forgotten")
        #expect(!see(.nacked, at: 601))
        #expect(see(.nacked, at: 602))
    }

    @Test("no queue and no answer are no refusals", arguments: [PublishOutcome.unroutable, .unknown(Self.lost)])
    mutating func otherFailures(outcome: PublishOutcome) {
        for second in 0..<100 { #expect(!see(outcome, at: Double(second))) }
    }

    private static let lost = AMQPError(.connectionLost, "lost")

    @Test("however many keys are refused, little is remembered")
    mutating func bounded() {
        for number in 0..<1000 { #expect(!see(.nacked, RoutingKey("key-\(number)"), at: 0)) }
        #expect(see(.nacked, "key-0", at: 1))
    }

    @Test("the bus's publisher ends that connection, so that the next one is made", .timeLimit(.minutes(1)))
    func publisher() async throws {
        let broker = InMemoryBroker()
        let full = Queue("full", type: .quorum, arguments: ["x-max-length": 0, "x-overflow": "reject-publish"])
        try broker.declare(Topology(queues: [full]))
        let publisher = BusPublisher(exchange: "", state: BusState(), clock: broker.clock.busClock)
        let publishing = Publishing(exchange: "", routingKey: "full", body: [])
        let connection = try broker.connect(named: "publish")
        publisher.use(connection)
        // A quorum queue's limit is soft: the first one may be taken.
        _ = await publisher.publish([publishing])
        _ = await publisher.publish([publishing])
        #expect(broker.connections == 1)
        broker.advance(by: RefusalWatch.patience.lowerBound)
        _ = await publisher.publish([publishing])
        #expect(await connection.closed().code == .connectionLost)
        #expect(broker.connections == 0)
    }
}
