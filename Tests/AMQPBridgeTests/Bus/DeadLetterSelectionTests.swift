import Testing

@testable import AMQPBridge

@Suite("A selection says which dead letters are meant", .timeLimit(.minutes(1)))
struct DeadLetterSelectionTests {
    private let letter = Letters.read(Letters.letter(Letters.delivery(), AMQPError(.timeout, "Too slow")))
    private let bare = DeadLetter(
        Delivery(
            tag: DeliveryTag(epoch: 1, value: 1), exchange: "", routingKey: "depot.dead",
            properties: MessageProperties(), body: []), service: "depot")

    @Test("without a wish all match")
    func all() {
        #expect(DeadLetterSelection.all.matches(letter) && DeadLetterSelection.all.matches(bare))
        #expect(DeadLetterSelection().isEmpty && !DeadLetterSelection(type: "").isEmpty)
    }

    static let matching = [
        DeadLetterSelection(eventID: "e-1"), DeadLetterSelection(type: "test.parcel.sent.v1"),
        DeadLetterSelection(errorContains: "SLOW"), DeadLetterSelection(errorContains: "timeout"),
        DeadLetterSelection(eventID: "e-1", type: "test.parcel.sent.v1", errorContains: "too", olderThan: .zero),
    ]

    @Test("every wish that holds", arguments: matching)
    func holds(_ selection: DeadLetterSelection) {
        #expect(selection.matches(letter))
        #expect(!selection.matches(bare) && !selection.isEmpty)
    }

    static let others = [
        DeadLetterSelection(eventID: "e-2"), DeadLetterSelection(eventID: "E-1"), DeadLetterSelection(type: "test"),
        DeadLetterSelection(errorContains: "fast"), DeadLetterSelection(eventID: "e-1", type: "other"),
        DeadLetterSelection(eventID: "e-2", errorContains: "slow"),
    ]

    @Test("one wish that does not hold is enough", arguments: others)
    func fails(_ selection: DeadLetterSelection) { #expect(!selection.matches(letter)) }

    @Test(
        "older than: by the last failure, ten minutes ago here",
        arguments: [(599, true), (600, false), (601, false), (0, true), (Int.max, false)])
    func age(seconds: Int, isOld: Bool) {
        let now = RFC3339Time(milliseconds: Letters.start.milliseconds + 600_000)
        #expect(DeadLetterSelection(olderThan: .seconds(seconds)).matches(letter, now: now) == isOld)
    }

    @Test("without a time nobody knows its age", arguments: [nil, "yesterday", ""])
    func timeless(text: String?) {
        var letter = letter
        letter.lastFailed = text
        #expect(!DeadLetterSelection(olderThan: .zero).matches(letter))
    }

    @Test("it can be printed")
    func printed() {
        #expect("\(DeadLetterSelection.all)" == "all letters")
        let selection = DeadLetterSelection(eventID: "e", type: "t", errorContains: "x", olderThan: .seconds(60))
        #expect(
            "\(selection)" == "event id 'e', type 't', error containing 'x', last failed more than 60.0 seconds ago")
    }
}
