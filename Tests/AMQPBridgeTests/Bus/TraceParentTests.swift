import AMQPBridgeTesting
import Testing

@testable import AMQPBridge

@Suite("W3C's traceparent")
struct TraceParentTests {
    private static let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("is read and written")
    func roundTrip() throws {
        let parent = try #require(TraceParent(Self.good))
        #expect(parent.traceID == "0af7651916cd43dd8448eb211c80319c" && parent.spanID == "b7ad6b7169203331")
        #expect(parent.flags == 1 && parent.description == Self.good)
        #expect(TraceParent(Self.good.replacing("-01", with: "-ff"))?.description.hasSuffix("-ff") == true)
        #expect(TraceParent(Self.good.replacing("00-0", with: "cc-0") + "-what-comes-later") == parent)
    }

    @Test(
        "what is none is none",
        arguments: [
            "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01", "t",
        ])
    func bad(text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test("a story without a trace has one all the same, and a UUID's is its own number")
    func derived() {
        let id = "0190abcd-ef01-7000-8000-00000000000c"
        let parent = TraceParent(story: id, event: "0190abcd-ef02-7000-8000-00000000000d")
        #expect(parent.traceID == "0190abcdef0170008000 00000000000c".replacing(" ", with: ""))
        #expect(parent.spanID == "800000000000000d" && parent.flags == 0)
        #expect(TraceParent(parent.description) == parent)
        #expect(TraceParent(story: "p-1", event: "e") == TraceParent(story: "p-1", event: "e"))
        #expect(TraceParent(story: "p-1", event: "e").traceID != TraceParent(story: "p-2", event: "e").traceID)
        for text in ["", "00000000-0000-0000-0000-000000000000", "ü"] {
            #expect(TraceParent(TraceParent(story: text, event: text).description) != nil)
        }
    }

    @Test("numbers have all their hexadecimal digits", arguments: Seeds.all)
    func hexadecimal(seed: UInt64) {
        #expect(UInt8(5).hexadecimal == "05")
        #expect(UInt128.max.hexadecimal == String(repeating: "f", count: 32))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let number = UInt64.random(in: .min ... .max, using: &generator) >> UInt64(generator.next() % 64)
            #expect(UInt64(number.hexadecimal, radix: 16) == number)
            #expect(number.hexadecimal.utf8.count == 16)
            let story = UUIDv7().description.uppercased()
            let digits = story.filter { $0 != "-" }.lowercased()
            #expect(TraceParent(story: story, event: "e").traceID == digits)
        }
    }
}
