import Foundation
import Testing

@testable import AMQPBridge

@Suite("What is no event is refused in words", .timeLimit(.minutes(1)))
struct CloudEventRefusalTests {
    @Test(
        "a type nobody handles is named",
        arguments: [
            "test.parcel.sent.v2", "test.parcel.sent", "TEST.parcel.sent.v1", "other", "test.parcel.sent.v1 ",
        ])
    func unknownTypes(type: String) throws {
        let error = try #require(try Events.refusal(changing: "type", to: type))
        #expect(error.code == .unknownEventType)
        #expect(error.message.contains("'\(type)'"))
    }

    @Test("a missing attribute is named", arguments: ["specversion", "id", "source", "type", "data"])
    func missing(name: String) throws {
        for value in [nil, NSNull()] as [Any?] {
            let error = try #require(try Events.refusal(changing: name, to: value))
            #expect(error.code == .undecodable)
            #expect(error.message.contains("'\(name)'") || error.message.contains("null"), "\(error.message)")
        }
    }

    @Test("an empty attribute is missing", arguments: ["id", "source", "type"])
    func empty(name: String) throws {
        let error = try #require(try Events.refusal(changing: name, to: ""))
        #expect(error.code == .undecodable)
        #expect(error.message == "the attribute '\(name)' is missing")
    }

    @Test(
        "an attribute of another type is named",
        arguments: [
            "specversion", "id", "source", "type", "subject", "time", "traceparent", "correlationid", "causationid",
        ])
    func illTyped(name: String) throws {
        for value in [5, 1.5, true, ["a"], ["a": "b"]] as [Any] {
            let error = try #require(try Events.refusal(changing: name, to: value))
            #expect(error.code == .undecodable)
            #expect(error.message == "not a String at '\(name)'")
        }
    }

    @Test(
        "an attribute of more than 255 bytes is named",
        arguments: [
            "id", "source", "type", "subject", "traceparent", "correlationid", "causationid",
        ])
    func tooLong(name: String) throws {
        for text in [String(repeating: "x", count: 256), String(repeating: "é", count: 128)] {
            let error = try #require(try Events.refusal(changing: name, to: text))
            #expect(error.code == .undecodable)
            #expect(error.message == "the attribute '\(name)' is longer than 255 bytes")
        }
    }

    @Test(
        "an attribute with control characters is named",
        arguments: ["id", "source", "type", "subject", "traceparent", "correlationid", "causationid"])
    func controls(name: String) throws {
        for text in ["\0", "a\0b", "a\n", "\u{1F}", "\u{7F}", "a\u{85}b"] {
            let error = try #require(try Events.refusal(changing: name, to: text))
            #expect(error.code == .undecodable)
            #expect(error.message == "the attribute '\(name)' holds control characters")
        }
    }

    @Test("other versions of CloudEvents are refused", arguments: ["0.3", "2.0", "10", "", "1", "one"])
    func versions(version: String) throws {
        let error = try #require(try Events.refusal(changing: "specversion", to: version))
        #expect(error.code == .undecodable)
        #expect(error.message == "CloudEvents \(version) is not known; 1.0 is")
    }

    @Test("a time must be one", arguments: ["", "yesterday", "2026-01-31", "2026-02-30T00:00:00Z", "1769848200"])
    func times(text: String) throws {
        let error = try #require(try Events.refusal(changing: "time", to: text))
        #expect(error.code == .undecodable)
        #expect(error.message.contains("'time'"))
    }

    static let badData: [(String, String)] = [
        (#"5"#, "data"), (#""x""#, "data"), (#"[]"#, "data"), (#"{"weight":1,"stops":[]}"#, "'parcel_id' is missing"),
        (#"{"parcel_id":"p","weight":"1","stops":[]}"#, "data.weight"),
        (#"{"parcel_id":"p","weight":1.5,"stops":[]}"#, "a number that does not fit"),
        (#"{"parcel_id":"p","weight":1e99,"stops":[]}"#, "a number that does not fit"),
        (#"{"parcel_id":"p","weight":99999999999999999999,"stops":[]}"#, "a number that does not fit"),
        (#"{"parcel_id":"p","weight":null,"stops":[]}"#, "data.weight"),
        (#"{"parcel_id":"p","weight":1,"stops":["a",2]}"#, "data.stops"),
        (#"{"parcel_id":"p","weight":1,"stops":[],"note":{}}"#, "data.note"),
    ]

    @Test("data that does not fit says where", arguments: badData)
    func data(text: String, part: String) throws {
        let body = #"{"specversion":"1.0","id":"1","source":"/s","type":"test.parcel.sent.v1","data":\#(text)}"#
        let error = try #require(try Events.refusal([UInt8](body.utf8)))
        #expect(error.code == .undecodable)
        #expect(error.message.contains(part), "\(error.message)")
        #expect(!error.message.contains("DecodingError") && !error.message.contains("CodingKeys"), "\(error.message)")
    }

    @Test(
        "what is not JSON",
        arguments: [
            "", " ", "hello", "<xml/>", "null", "5", "\"text\"", "[]", "{", "}", "{}", "{}{}", "{'a':1}", "{\"a\":}",
            "\u{FEFF}", "\0", "{\"a\":\"\u{1}\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}",
        ])
    func notJSON(text: String) throws {
        let error = try #require(try Events.refusal([UInt8](text.utf8)))
        #expect(error.code == .undecodable)
        #expect(!error.message.isEmpty)
    }

    @Test("bytes that are no UTF-8")
    func notUTF8() throws {
        let body = try Events.json(Events.attributes)
        let quote = try #require(body.firstIndex(of: UInt8(ascii: "p")))
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] {
            let error = try #require(try Events.refusal(body[..<quote] + bytes + body[quote...]))
            #expect(error.code == .undecodable)
        }
    }
}
