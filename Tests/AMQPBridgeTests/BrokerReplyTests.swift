import Testing

@testable import AMQPBridge

@Suite("What the broker says when it closes something", .timeLimit(.minutes(1)))
struct BrokerReplyTests {
    // RabbitMQ 3.10.8's own sentences.
    private static let sentences: [(text: String, difference: TopologyDifference)] = [
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'order.in' in vhost 'shop': "
                + "received 'classic' but current is 'quorum'",
            TopologyDifference(argument: "x-queue-type", wanted: "classic", found: "quorum")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'order.retry.1s' in vhost 'shop': "
                + "received none but current is the value '60000' of type 'signedint'",
            TopologyDifference(argument: "x-message-ttl", wanted: "none", found: "60000")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': "
                + "received the value '10' of type 'long' but current is none",
            TopologyDifference(argument: "x-max-length", wanted: "10", found: "none")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': "
                + "received 'true' but current is 'false'",
            TopologyDifference(argument: "durable", wanted: "true", found: "false")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'shop.events' in vhost 'shop': "
                + "received 'topic' but current is 'direct'",
            TopologyDifference(argument: "type", wanted: "topic", found: "direct")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange 'x' in vhost 'shop': "
                + "received the value 'y' of type 'longstr' but current is none",
            TopologyDifference(argument: "alternate-exchange", wanted: "y", found: "none")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'it's : received' in vhost 'for ': "
                + "received 'classic' but current is 'quorum'",
            TopologyDifference(argument: "x-queue-type", wanted: "classic", found: "quorum")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'q6' in vhost 'shop': "
                + "received none but current is the value 'it's 'a' name' of type 'longstr'",
            TopologyDifference(argument: "x-dead-letter-exchange", wanted: "none", found: "it's 'a' name")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q2' in vhost 'shop': "
                + "received '1000' but current is '1000'",
            TopologyDifference(argument: "x-message-ttl", wanted: "1000", found: "1000 of another type")
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'q' in vhost '/': "
                + "received none but current is the value 'a long name that the broker cuts o...",
            TopologyDifference(
                argument: "x-dead-letter-exchange", wanted: "none", found: "a long name that the broker cuts o...")
        ),
    ]

    @Test("a 406 becomes argument, wanted and found", arguments: sentences)
    func difference(text: String, difference: TopologyDifference) {
        #expect(ArgumentConflict(BrokerReply(code: 406, text: text))?.difference == difference)
    }

    @Test(
        "other sentences have no difference in them",
        arguments: [
            "PRECONDITION_FAILED - unknown delivery tag 7",
            "PRECONDITION_FAILED - inequivalent arg 'x-queue-type'",
            "PRECONDITION_FAILED - inequivalent arg 'x' for queue 'q' in vhost '/': received 'a'",
            "", "'", "inequivalent arg '", "inequivalent arg 'x' for : received  but current is ",
        ])
    func noDifference(text: String) {
        let difference = ArgumentConflict(BrokerReply(code: 406, text: text))?.difference
        #expect(difference == nil || difference?.argument == "x")
        #expect(ArgumentConflict(BrokerReply(code: 404, text: Self.sentences[0].text)) == nil)
    }

    private static let codes: [(code: UInt16, text: String, expected: AMQPError.Code)] = [
        (403, "ACCESS_REFUSED - access to queue 'q' in vhost 'shop' refused for user 'u'", .permissionDenied),
        (403, "ACCESS_REFUSED - queue 'q' in vhost 'shop' in exclusive use", .resourceLocked),
        (404, "NOT_FOUND - no queue 'q' in vhost 'shop'", .notFound),
        (405, "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'", .resourceLocked),
        (406, "PRECONDITION_FAILED - unknown delivery tag 7", .preconditionFailed),
        (530, "NOT_ALLOWED - vhost x not found", .vhostRefused),
        (320, "CONNECTION_FORCED - bye", .connectionLost),
        (541, "INTERNAL_ERROR", .connectionLost),
        (0, "", .connectionLost),
    ]

    @Test("reply codes become error codes, the broker's words stay", arguments: codes)
    func mapping(code: UInt16, text: String, expected: AMQPError.Code) {
        let error = BrokerReply(code: code, text: text).error(doing: "declaring queue 'q'")
        #expect(error.code == expected)
        #expect(error.replyCode == code)
        #expect(error.message == "declaring queue 'q': \(text)")
    }
}
