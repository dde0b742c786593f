import AMQPBridge
import FoundationEssentials
import Testing

@testable import Shop

@Suite("What an audit reads")
struct AuditInputTests {
    private func lines(_ chunks: [String]) throws -> (lines: [String], rest: Int) {
        var cutter = LineCutter()
        var lines: [String] = []
        for chunk in chunks {
            try cutter.add(chunk.utf8) { lines.append(String(decoding: $0, as: UTF8.self)) }
        }
        return (lines, cutter.rest)
    }

    @Test func linesAreWholeHoweverTheyArrive() throws {
        let text = "one\ntwo\n\nthrée\n"
        let whole = try lines([text])
        #expect(whole.lines == ["one", "two", "thrée"])
        #expect(whole.rest == 0)
        // Byte by byte; a letter of two bytes is cut, too.
        var cutter = LineCutter()
        var count = 0
        for byte in text.utf8 { try cutter.add([byte]) { _ in count += 1 } }
        #expect(count == 3)
    }

    @Test func whatIsCutIsNoticed() throws {
        #expect(try lines(["one\ntw"]).rest == 2)
    }

    @Test func aLineWithoutEndIsRefused() {
        #expect(throws: LineCutter.LineTooLong.self) {
            try lines([String(repeating: "x", count: LineCutter.maxLine), "x"])
        }
    }

    @Test func placedOrdersAreThoseThatWereConfirmed() throws {
        let (one, two) = ("0190abcd-ef01-7000-8000-00000000000a", "0190ABCD-ef01-7000-8000-00000000000b")
        let text = """
            {"confirmed":true,"order_id":"\(one)"}
            {"confirmed":false,"order_id":"0190abcd-ef01-7000-8000-00000000000c","error":"full"}

            {"confirmed":true,"order_id":"\(two)"}
            """
        #expect(try PlacedOrders.ids(in: Data(text.utf8)) == [one, two.lowercased()])
    }

    @Test(arguments: ["nonsense", #"{"order_id":"1","confirmed":true}"#, #"{"order_id":"x"}"#])
    func otherLinesAreRefusedWithTheirNumber(_ line: String) {
        let text = #"{"confirmed":true,"order_id":"0190abcd-ef01-7000-8000-00000000000a"}"# + "\n" + line
        let failure = #expect(throws: Failure.self) { try PlacedOrders.ids(in: Data(text.utf8)) }
        #expect(failure?.message.contains("line 2") == true)
    }

    @Test func aFileThatIsNotThere() {
        let failure = #expect(throws: Failure.self) { try PlacedOrders.read("/no/such/file") }
        #expect(failure?.message.contains("/no/such/file") == true)
    }

    // MARK: Letters

    private func order(of body: String, correlationID: String? = nil) -> LetterOrder {
        var properties = MessageProperties()
        properties.correlationID = correlationID
        let delivery = Delivery(
            tag: DeliveryTag(epoch: 0, value: 1), exchange: "shop.events", routingKey: "order.place",
            isRedelivered: false, properties: properties, body: [UInt8](body.utf8), bodySize: UInt64(body.utf8.count))
        return LetterOrder(DeadLetter(delivery, service: "order"))
    }

    @Test func aLetterTellsItsOrderByAnyOfThreeNames() {
        let head = #"{"specversion":"1.0","id":"e","source":"/x","type":"t.v1""#
        let id = "0190abcd-ef01-7000-8000-00000000000a"
        #expect(order(of: head + #","subject":"\#(id.uppercased())"}"#).orderID == id)
        #expect(order(of: head + #","subject":"by hand","data":{"order_id":"\#(id)"}}"#).orderID == id)
        #expect(order(of: head + #","data":[1]}"#, correlationID: id).orderID == id)
        #expect(order(of: "nonsense", correlationID: id).orderID == id)
        #expect(order(of: head + #","subject":"by hand"}"#).orderID == nil)
        #expect(order(of: "nonsense").orderID == nil)
        let both = order(of: head + #","subject":"one","correlationid":"two"}"#)
        #expect(both.isAbout("one") && both.isAbout("two") && !both.isAbout("three"))
    }
}
