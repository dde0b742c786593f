import AMQPBridge
import Testing

@testable import Shop

@Suite("What is said about orders that were not confirmed")
struct PlacingTests {
    @Test func aConfirmIsNoFailure() {
        #expect(PlacingFailure(.confirmed) == nil)
    }

    /// A full queue may take the next one; nobody listening and everything below concerns every order.
    @Test func onlyANackConcernsOneOrderAlone() {
        #expect(PlacingFailure(.nacked)?.isForAll == false)
        let all: [PublishOutcome] =
            [.unroutable]
            + [.notFound, .permissionDenied, .connectionLost, .timeout].map {
                .unknown(AMQPError($0, "x"))
            }
        for outcome in all { #expect(PlacingFailure(outcome)?.isForAll == true) }
    }

    @Test(arguments: [PublishOutcome.unroutable, .unknown(AMQPError(.notFound, "NOT_FOUND - no exchange"))])
    func aMissingTopologyNamesTheCommand(_ outcome: PublishOutcome) {
        #expect(PlacingFailure(outcome)?.reason.contains("`shop topology apply`") == true)
    }

    @Test func aLostConnectionLeavesItOpen() {
        let failure = PlacingFailure(.unknown(AMQPError(.connectionLost, "the connection broke")))
        #expect(failure?.reason.contains("perhaps placed all the same") == true)
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
