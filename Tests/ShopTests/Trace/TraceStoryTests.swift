import FoundationEssentials
import ShopEvents
import Testing

@testable import Shop

@Suite("The way of an order through all services")
struct TraceStoryTests {
    private func trace(_ json: String) throws -> ServiceTrace {
        try JSONDecoder().decode(ServiceTrace.self, from: Data(json.utf8))
    }

    private func rows() throws -> [TraceRow] {
        let order = try trace(
            """
            {"service":"order","entries":[
              {"time":"2026-01-01T00:00:00.010Z","event":"order.place","event_id":"e1","source":"/shop/cli",
               "emitted_at":"2026-01-01T00:00:00.000Z","attempt":1,"outcome":"handled"},
              {"time":"2026-01-01T00:00:00.040Z","event":"inventory.updated","event_id":"e3",
               "source":"/shop/inventory","causation_id":"e2","emitted_at":"2026-01-01T00:00:00.030Z","attempt":1,
               "outcome":"handled","later_field":{}}],
             "waiting":[{"event":"order.noted","event_id":"e5","causation_id":"e3","time":"2026-01-01T00:00:00.040Z",
               "attempts":2,"next_at":"2026-01-01T00:00:09.000Z","last_error":"nobody listens","parked":false}]}
            """)
        let inventory = try trace(
            """
            {"service":"inventory","entries":[
              {"time":"2026-01-01T00:00:00.030Z","event":"order.created","event_id":"e2","source":"/shop/order",
               "causation_id":"e1","emitted_at":"2026-01-01T00:00:00.010Z","attempt":2,"outcome":"handled"},
              {"time":"2026-01-01T00:00:00.020Z","event":"order.created","event_id":"e2","source":"/shop/order",
               "causation_id":"e1","emitted_at":"2026-01-01T00:00:00.010Z","attempt":1,"outcome":"failed: busy"}]}
            """)
        return order.entries.map { TraceRow($0, of: .order) } + (order.waiting ?? []).map { TraceRow($0, of: .order) }
            + inventory.entries.map { TraceRow($0, of: .inventory) }
    }

    @Test func theStoryIsToldInTimeAndIndentedByCause() throws {
        #expect(
            TraceStory(try rows()).lines(Style(isOn: false)) == [
                "AFTER  SERVICE    EVENT                  FROM       DELAY  TRY  OUTCOME",
                " 0 ms  order      order.place            cli        10 ms    1  handled",
                "10 ms  inventory    order.created        order      10 ms    1  failed: busy",
                "20 ms  inventory    order.created        order      20 ms    2  handled",
                "30 ms  order          inventory.updated  inventory  10 ms    1  handled",
                "30 ms  order            order.noted      order               2  "
                    + "waiting: nobody listens, next at 2026-01-01T00:00:09.000Z",
            ])
    }

    @Test func jsonHasTheFixedNames() throws {
        let line = try JSONLine.text(try #require(TraceStory(try rows()).rows.last))
        #expect(
            line == """
                {"attempt":2,"causation_id":"e3","event":"order.noted","event_id":"e5",\
                "next_at":"2026-01-01T00:00:09.000Z","outcome":"waiting: nobody listens","service":"order",\
                "source":"/shop/order","time":"2026-01-01T00:00:00.040Z"}
                """)
    }

    @Test func circlesAndNonsenseEnd() throws {
        let odd = try trace(
            """
            {"entries":[
              {"time":"later","event":"a","event_id":"e1","causation_id":"e2","outcome":"handled"},
              {"time":"2026-01-01T00:00:00Z","event":"b\\u001b","event_id":"e2","causation_id":"e1","outcome":"handled"},
              {"time":"2026-01-01T00:00:00Z","event":"c","outcome":"handled"}]}
            """)
        let story = TraceStory(odd.entries.map { TraceRow($0, of: .notify) })
        #expect(story.rows.map(\.event) == ["c", "b\u{1B}", "a"])
        #expect(story.lines(Style(isOn: false)).allSatisfy { !$0.contains("\u{1B}") })
        #expect(TraceStory([]).lines(Style(isOn: false)) == [])
    }
}
