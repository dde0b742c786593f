import AMQPBridge
import Testing

@testable import Shop

@Suite("What is said about orders that were not confirmed")
struct PlacingTests {
    @Test func aConfirmIsNoFailure() {
        #expect(CommandFailure(.confirmed, of: "order.place") == nil)
    }

    /// A full queue may take the next one; nobody listening and everything below concerns every order.
    @Test func onlyANackConcernsOneOrderAlone() {
        #expect(CommandFailure(.nacked, of: "order.place")?.isForAll == false)
        let all: [PublishOutcome] =
            [.unroutable]
            + [.notFound, .permissionDenied, .connectionLost, .timeout].map {
                .unknown(AMQPError($0, "x"))
            }
        for outcome in all { #expect(CommandFailure(outcome, of: "order.place")?.isForAll == true) }
    }

    @Test(arguments: [PublishOutcome.unroutable, .unknown(AMQPError(.notFound, "NOT_FOUND - no exchange"))])
    func aMissingTopologyNamesTheCommand(_ outcome: PublishOutcome) {
        #expect(CommandFailure(outcome, of: "order.place")?.reason.contains("`shop topology apply`") == true)
    }

    @Test func aLostConnectionLeavesItOpen() {
        let failure = CommandFailure(.unknown(AMQPError(.connectionLost, "the connection broke")), of: "order.place")
        #expect(failure?.reason.contains("perhaps it arrived all the same") == true)
    }

    @Test func theComplaintNamesEveryID() {
        let text = PlacingReport.complaint([("full", ["a"]), ("gone", ["b", "c"])], unsent: 2, count: 5)
        #expect(
            text == """
                order a was not confirmed: full
                shop: 2 orders were not confirmed: gone
                  b
                  c
                shop: 2 of 5 orders were not sent
                """)
    }
}
