import AMQPBridge
import Testing

@testable import Shop

@Suite("Ids of orders")
struct OrderIDTests {
    @Test func itIsSentInLowerCase() {
        #expect(
            OrderID.canonical("0190ABCD-ef01-7000-8000-00000000000F") == "0190abcd-ef01-7000-8000-00000000000f")
    }

    @Test func whatWeMakeIsOne() {
        let id = UUIDv7().description
        #expect(OrderID.canonical(id) == id)
    }

    @Test(arguments: [
        "", "x", "0190abcdef0170008000000000000000", "{0190abcd-ef01-7000-8000-00000000000f}",
        "0190abcd-ef01-7000-8000-00000000000", "0190abcd-ef01-7000-8000-00000000000ff",
        "0190abcg-ef01-7000-8000-00000000000f", "0190abcd-ef01-7000-80000-0000000000f",
        " 0190abcd-ef01-7000-8000-00000000000f", "0190abcd-ef01-7000-8000-00000000000f\n",
        "0190abcd_ef01_7000_8000_00000000000f", "0190abcd-ef01-7000-8000-00000000000f-", "../../../stock",
        "٠190abcd-ef01-7000-8000-00000000000f",
    ])
    func refuses(_ text: String) {
        #expect(OrderID.canonical(text) == nil)
    }
}
