import AMQPBridge
import Testing

@testable import Shop

@Suite("What is said about the broker")
struct BrokerRowTests {
    @Test func aQueueThatIsThere() throws {
        let row = StatusCommand.Row("q", QueueStatus(name: "q", ready: 3, consumers: 1))
        #expect(try JSONLine.text(row) == #"{"consumers":1,"queue":"q","ready":3}"#)
    }

    @Test func aQueueThatIsMissing() throws {
        let row = StatusCommand.Row("q", nil)
        #expect(try JSONLine.text(row) == #"{"consumers":0,"missing":true,"queue":"q","ready":0}"#)
    }

    @Test func aBrokerThatIsBlocked() throws {
        var row = StatusCommand.Row("q", QueueStatus(name: "q", ready: 3, consumers: 1))
        row.blocked = "low on memory"
        #expect(
            try JSONLine.text(row) == #"{"blocked":"low on memory","consumers":1,"queue":"q","ready":3}"#)
        #expect(StatusCommand.warning("low\u{1B} on memory").contains("(low\u{FFFD} on memory)"))
    }

    @Test func aDifferenceSaysWhatToDo() throws {
        let change = TopologyChange(
            kind: .queue, name: "order.in", state: .differs,
            differences: [TopologyDifference(argument: "x-queue-type", wanted: "quorum", found: "classic")])
        #expect(
            TopologyApplyCommand.complaint(change)
                == "queue 'order.in' exists with other arguments (x-queue-type: wanted quorum, found classic): drain it, delete it by hand and apply again"
        )
        #expect(
            try JSONLine.text(ChangeRow(change))
                == #"{"differences":[{"argument":"x-queue-type","found":"classic","wanted":"quorum"}],"kind":"queue","name":"order.in","state":"differs"}"#
        )
    }

    @Test func withoutADifferenceTheListIsEmpty() throws {
        let change = TopologyChange(kind: .exchange, name: "shop.events", state: .same)
        #expect(
            try JSONLine.text(ChangeRow(change))
                == #"{"differences":[],"kind":"exchange","name":"shop.events","state":"same"}"#)
    }
}
