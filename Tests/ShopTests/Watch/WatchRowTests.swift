import Testing

@testable import AMQPBridge
@testable import Shop

@Suite("What is said of an event that passes")
struct WatchRowTests {
    private let now = RFC3339Time(milliseconds: 0)

    private func row(_ body: String, key: RoutingKey = "order.created", appID: String? = nil) -> WatchRow {
        var properties = MessageProperties()
        properties.messageID = "m-1"
        properties.appID = appID
        let delivery = Delivery(
            tag: DeliveryTag(epoch: 1, value: 1), exchange: "shop.events", routingKey: key, properties: properties,
            body: Array(body.utf8))
        return WatchRow(TailedEvent(delivery), now: now)
    }

    @Test func anEvent() throws {
        let row = row(
            #"{"specversion":"1.0","id":"e-1","source":"/shop/order","type":"t.v1","subject":"o-1","#
                + #""time":"2026-01-02T03:04:05Z","causationid":"c-1","data":{}}"#)
        #expect(
            try JSONLine.text(row)
                == #"{"causation_id":"c-1","event":"order.created","event_id":"e-1","order_id":"o-1","service":"order","time":"2026-01-02T03:04:05.000Z"}"#
        )
        #expect(
            row.text
                == "2026-01-02T03:04:05.000Z  order       order.created             o-1                                   e-1"
        )
        #expect(WatchRow.heading.hasPrefix("TIME                      SERVICE     EVENT"))
    }

    @Test func whatIsNoEventIsShownAllTheSame() throws {
        let row = row("rubbish", appID: "/by/hand")
        #expect(row.service == "hand")
        #expect(row.event == "order.created")
        #expect(row.eventID == "m-1")
        #expect(row.orderID == nil)
        #expect(row.time == "1970-01-01T00:00:00.000Z")
        #expect(row.undecodable?.contains("JSON") == true)
        #expect(row.text.contains("not readable: "))
    }

    @Test func anEventWithoutASubjectHasNoOrder() {
        let row = row(#"{"specversion":"1.0","id":"e-1","source":"x","type":"t.v1","data":{}}"#)
        #expect(row.orderID == nil)
        #expect(row.service == "x")
        #expect(row.undecodable == nil)
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect(!row("rubbish", key: "a\u{1B}[2J\nb").text.contains { $0 == "\u{1B}" || $0 == "\n" })
    }
}
