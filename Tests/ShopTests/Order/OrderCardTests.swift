import FoundationEssentials
import Testing

@testable import Shop

@Suite("An order from the order service")
struct OrderCardTests {
    private static let json = """
        {"order_id":"id","status":"rejected","email":"a@b.c","name":"Ada\\u001b[2J","ship_to":"","currency":"EUR",
         "lines":[{"sku":"MUG","quantity":2,"unit_price":1999},{"sku":"TEE","quantity":1}],"reasons":["out of stock"],
         "carrier":null,"tracking_number":null,"placed_at":"2026-01-01T00:00:00.000Z",
         "updated_at":"2026-01-01T00:00:00.125Z","later_field":{},
         "history":[
           {"time":"2026-01-01T00:00:00.000Z","status":"placed","event":"order.place","event_id":"e1","source":"/shop/cli"},
           {"time":"2026-01-01T00:00:01.125Z","status":"rejected","event":"inventory.rejected","event_id":"e2",
            "source":"/shop/inventory","causation_id":"e1"}]}
        """

    private func order(_ json: String = json) throws -> OrderRecord {
        try JSONDecoder().decode(OrderRecord.self, from: Data(json.utf8))
    }

    @Test func theCard() throws {
        #expect(
            OrderCard(order: try order()).lines == [
                "order id  rejected",
                "  customer  Ada\u{FFFD}[2J <a@b.c>",
                "  lines     2 × MUG, 1 × TEE",
                "  reason    out of stock",
                "  placed    2026-01-01T00:00:00.000Z",
                "  updated   2026-01-01T00:00:00.125Z",
                "",
                "    AFTER  STATUS    EVENT               FROM             EVENT ID",
                "     0 ms  placed    order.place         /shop/cli        e1",
                "  1125 ms  rejected  inventory.rejected  /shop/inventory  e2",
            ])
    }

    @Test func theLeastAnOrderHolds() throws {
        let least = try order(#"{"order_id":"i","status":"placed","email":"a@b.c","lines":[],"updated_at":"x"}"#)
        #expect(OrderCard(order: least).lines == ["order i  placed", "  customer  <a@b.c>", "  updated   x"])
    }

    @Test func jsonHasTheFixedNames() throws {
        let line = try JSONLine.text(try order())
        for name in ["order_id", "status", "email", "lines", "updated_at", "unit_price", "event_id", "causation_id"] {
            #expect(line.contains("\"\(name)\":"))
        }
        #expect(!line.contains("\n"))
    }

    @Test func aTimeThatCannotBeReadIsShownAsItIs() {
        #expect(OrderCard.delay(from: "2026-01-01T00:00:00Z", to: "later") == "later")
        #expect(OrderCard.delay(from: "2026-01-01T00:00:01Z", to: "2026-01-01T00:00:00Z") == "-1000 ms")
    }
}
