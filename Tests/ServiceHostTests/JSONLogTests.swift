import AMQPBridge
import Foundation
import Logging
import Testing
import Tracing

@testable import ServiceHost

@Suite("A log line is one JSON object", .timeLimit(.minutes(1)))
struct JSONLogTests {
    private func line(_ message: String, _ metadata: Logger.Metadata?, of handler: Logger.Metadata = [:]) throws -> Data
    {
        let event = LogEvent(
            level: .warning, message: "\(message)", metadata: metadata, source: nil, file: "f", function: "g", line: 1)
        let handler = JSONLogHandler(label: "order", logLevel: .info, metadata: handler)
        return try #require(handler.line(event, at: RFC3339Time(milliseconds: 0)))
    }

    private func fields(_ line: Data) throws -> [String: String] {
        try #require(try JSONSerialization.jsonObject(with: line) as? [String: String])
    }

    @Test("time, level, service, message and metadata")
    func names() throws {
        let line = try line("Stopped", ["event_id": "1", "all": "new"], of: ["all": "old", "host": "h"])
        #expect(
            try fields(line) == [
                "time": "1970-01-01T00:00:00.000Z", "level": "warning", "service": "order", "message": "Stopped",
                "event_id": "1", "all": "new", "host": "h",
            ])
    }

    @Test("a line that is written in a handler names its order, its event, its attempt and its trace")
    func handling() throws {
        let metadata = EventMetadata(id: "e-1", source: "/s", type: "t.v1", subject: "o-1", correlationID: "o-1")
        var scope = ServiceContext.topLevel
        let trace = TraceParent(story: "o-1", event: "e-1")
        scope.handling = HandlingScope(
            traceParent: trace, event: EventContext(metadata: metadata, routingKey: "t", attempt: 3))
        let handler = JSONLogHandler(label: "order", logLevel: .info, metadataProvider: .handling)
        let event = LogEvent(
            level: .info, message: "m", metadata: nil, source: nil, file: "f", function: "g", line: 1)
        let inside = try ServiceContext.withValue(scope) {
            try fields(try #require(handler.line(event, at: RFC3339Time(milliseconds: 0))))
        }
        #expect(inside["order_id"] == "o-1" && inside["event_id"] == "e-1" && inside["attempt"] == "3")
        #expect(inside["trace_id"] == trace.traceID && inside["service"] == "order")
        let outside = try fields(try #require(handler.line(event, at: RFC3339Time(milliseconds: 0))))
        #expect(outside["order_id"] == nil && outside["trace_id"] == nil)
    }

    @Test(
        "it stays one line, whatever is in it",
        arguments: [
            "a\nb\r\nc", "\"quoted\" \\ back", "\0\u{1B}[31m", "{\"a\":1}", "Łódź 👩‍👩‍👧‍👦", "\u{2028}", "", "http://a/b",
        ])
    func contents(text: String) throws {
        let line = try line(text, ["value": .string(text)])
        #expect(line.filter { $0 == 10 }.count == 1 && line.last == 10 && !line.contains(13) && !line.contains(0))
        #expect(try fields(line)["message"] == text && fields(line)["value"] == text)
    }

    @Test("metadata cannot pose as what the line says itself")
    func posing() throws {
        let fields = try fields(try line("true", ["message": "false", "level": "info", "time": "0", "service": "x"]))
        #expect(fields["message"] == "true" && fields["level"] == "warning" && fields["service"] == "order")
    }

    @Test("nested metadata is text")
    func nested() throws {
        let fields = try fields(
            try line("m", ["list": ["a", "b"], "map": ["k": "v"], "number": .stringConvertible(5)]))
        #expect(fields["list"]?.contains("a") == true && fields["map"]?.contains("v") == true)
        #expect(fields["number"] == "5")
    }
}
