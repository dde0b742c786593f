import Testing

@testable import AMQPBridge
@testable import Shop

@Suite("What is said of an event that passes")
struct WatchRowTests {
    private let now = RFC3339Time(milliseconds: 0)
    private let plain = Style(isOn: false)

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
            row.text(plain)
                == "2026-01-02T03:04:05.000Z  order       order.created             o-1                                   e-1"
        )
        #expect(WatchRow.heading(plain).hasPrefix("TIME                      SERVICE     EVENT"))
    }

    @Test func whatIsNoEventIsShownAllTheSame() throws {
        let row = row("rubbish", appID: "/by/hand")
        #expect(row.service == "hand")
        #expect(row.event == "order.created")
        #expect(row.eventID == "m-1")
        #expect(row.orderID == nil)
        #expect(row.time == "1970-01-01T00:00:00.000Z")
        #expect(row.undecodable?.contains("JSON") == true)
        #expect(row.text(plain).contains("  m-1  not readable: "))
    }

    @Test func onATerminalOnlyTheHeadingAndWhatIsNoEventArePainted() {
        let style = Style(isOn: true)
        #expect(WatchRow.heading(style) == "\u{1B}[1m" + WatchRow.heading(plain) + "\u{1B}[0m")
        let bad = row("rubbish")
        #expect(
            bad.text(style) == bad.text(plain).replacing("not readable", with: "\u{1B}[31mnot readable") + "\u{1B}[0m")
        let good = row(#"{"specversion":"1.0","id":"e-1","source":"x","type":"t.v1","data":{}}"#)
        #expect(good.text(style) == good.text(plain))
    }

    @Test func aWideNameKeepsItsColumns() {
        let columns = ["/svc/order", "/svc/日本"].map { source in
            let text = row("", appID: source).text(plain)
            return text.firstRange(of: "order.created").map { CellWidth.of(String(text[..<$0.lowerBound])) }
        }
        #expect(columns == [38, 38])
    }

    @Test func anEventWithoutASubjectHasNoOrder() {
        let row = row(#"{"specversion":"1.0","id":"e-1","source":"x","type":"t.v1","data":{}}"#)
        #expect(row.orderID == nil)
        #expect(row.service == "x")
        #expect(row.undecodable == nil)
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect(!row("rubbish", key: "a\u{1B}[2J\nb").text(plain).contains { $0 == "\u{1B}" || $0 == "\n" })
    }
}
