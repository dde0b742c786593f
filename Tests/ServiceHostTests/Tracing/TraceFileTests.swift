import AMQPBridge
import Foundation
import Logging
import Testing
import Tracing

@testable import ServiceHost

@Suite("Spans in a file", .timeLimit(.minutes(1)))
struct TraceFileTests {
    private typealias Object = [String: Any]
    private struct Broken: Error {}

    private func withFile(_ body: (String, TraceFile) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUIDv7()).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path, try TraceFile(path: path, service: "order", logger: Logger(label: "test")))
    }

    private func lines(_ path: String) throws -> [Object] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Object)
        }
    }

    private func spans(_ line: Object) throws -> [Object] {
        let resources = try #require(line["resourceSpans"] as? [Object])
        return resources.flatMap { $0["scopeSpans"] as? [Object] ?? [] }.flatMap { $0["spans"] as? [Object] ?? [] }
    }

    private func values(_ span: Object) throws -> [String: String] {
        var values: [String: String] = [:]
        for attribute in try #require(span["attributes"] as? [Object]) {
            let value = try #require(attribute["value"] as? Object)
            values[try #require(attribute["key"] as? String)] = value.map { "\($0.key) \($0.value)" }.joined()
        }
        return values
    }

    @Test("are OTLP/JSON: ids, kind, times, attributes, errors, and the service's name")
    func format() async throws {
        try await withFile { path, file in
            let tracer = FileTracer(file: file)
            let parent = try #require(TraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
            #expect(throws: Broken.self) {
                try tracer.withSpan("process x", context: tracer.context(of: parent), ofKind: .consumer) { span in
                    span.attributes["text"] = "a \"b\""
                    span.attributes["number"] = 7
                    span.attributes["flag"] = true
                    tracer.withSpan("inner", ofKind: .producer) { _ in }
                    throw Broken()
                }
            }
            tracer.forceFlush()
            let line = try #require(try lines(path).first)
            let resource = try #require((line["resourceSpans"] as? [Object])?.first?["resource"] as? Object)
            #expect(try values(resource) == ["service.name": "stringValue order"])
            let spans = try spans(line)
            let (inner, outer) = (try #require(spans.first), try #require(spans.last))
            #expect(spans.count == 2)
            #expect(outer["traceId"] as? String == parent.traceID && inner["traceId"] as? String == parent.traceID)
            #expect(outer["parentSpanId"] as? String == parent.spanID)
            #expect(inner["parentSpanId"] as? String == outer["spanId"] as? String)
            #expect(outer["kind"] as? Int == 5 && inner["kind"] as? Int == 4)
            #expect((outer["status"] as? Object)?["code"] as? Int == 2 || (outer["events"] as? [Object])?.count == 1)
            let (start, end) = (outer["startTimeUnixNano"] as? String, outer["endTimeUnixNano"] as? String)
            #expect(try #require(start.flatMap { UInt64($0) }) <= (try #require(end.flatMap { UInt64($0) })))
            #expect(
                try values(outer) == ["text": "stringValue a \"b\"", "number": "intValue 7", "flag": "boolValue 1"])
        }
    }

    @Test("many share a line, none is lost, and the file is the owner's alone")
    func many() async throws {
        try await withFile { path, file in
            let tracer = FileTracer(file: file)
            for number in 0..<1000 { tracer.withSpan("span \(number)") { _ in } }
            file.flush()
            let all = try lines(path).flatMap(spans)
            #expect(all.compactMap { $0["name"] as? String } == (0..<1000).map { "span \($0)" })
            #expect(Set(all.compactMap { $0["traceId"] as? String }).count == 1000, "each a trace of its own")
            #expect(try lines(path).count < 20)
            let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(rights == 0o600)
        }
    }

    @Test("a file that cannot be written is told at the start")
    func unwritable() throws {
        let error = #expect(throws: AMQPError.self) {
            try TraceFile(path: "/nowhere/trace.jsonl", service: "order", logger: Logger(label: "test"))
        }
        #expect(error?.message.contains("TRACE_FILE: /nowhere/trace.jsonl") == true)
    }

    @Test("ids are of their length and never zero")
    func ids() {
        for _ in 0..<1000 {
            #expect(TraceParent(traceID: SpanID.random(128), spanID: SpanID.random(64)) != nil)
        }
    }
}
