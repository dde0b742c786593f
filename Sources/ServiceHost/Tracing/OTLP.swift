import Tracing

/// OpenTelemetry's trace data in its JSON form (OTLP 1.3, "JSON Protobuf Encoding"): ids as hexadecimal digits, 64-bit numbers
/// as texts, enumerations as numbers. One such object a line is what a collector's file receiver reads.
enum OTLP {
    struct TracesData: Encodable {
        var resourceSpans: [ResourceSpans]
    }

    struct ResourceSpans: Encodable {
        var resource: Resource
        var scopeSpans: [ScopeSpans]
    }

    struct Resource: Encodable {
        var attributes: [KeyValue]
    }

    struct ScopeSpans: Encodable {
        var scope = ["name": "amqpbridge"]
        var spans: [Span]
    }

    struct Span: Encodable {
        var traceId: String
        var spanId: String
        var parentSpanId: String?
        var name: String
        var kind: Int
        var startTimeUnixNano: String
        var endTimeUnixNano: String
        var attributes: [KeyValue]
        var events: [Event]
        var links: [Link]
        var status: Status
    }

    struct Event: Encodable {
        var timeUnixNano: String
        var name: String
        var attributes: [KeyValue]
    }

    struct Link: Encodable {
        var traceId: String
        var spanId: String
    }

    struct Status: Encodable {
        var code: Int
        var message: String?
    }

    struct KeyValue: Encodable {
        var key: String
        var value: Value
    }

    enum Value: Encodable {
        case text(String)
        case number(Int64)
        case real(Double)
        case flag(Bool)

        private enum CodingKeys: CodingKey { case stringValue, intValue, doubleValue, boolValue }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .text(let text): try fields.encode(text, forKey: .stringValue)
            case .number(let number): try fields.encode(String(number), forKey: .intValue)
            case .real(let number): try fields.encode(number, forKey: .doubleValue)
            case .flag(let flag): try fields.encode(flag, forKey: .boolValue)
            }
        }
    }

    static func data(_ spans: [Span], of service: String) -> TracesData {
        let name = KeyValue(key: "service.name", value: .text(service))
        return TracesData(
            resourceSpans: [
                ResourceSpans(resource: Resource(attributes: [name]), scopeSpans: [ScopeSpans(spans: spans)])
            ])
    }

    static func attributes(_ attributes: SpanAttributes) -> [KeyValue] {
        var pairs: [KeyValue] = []
        attributes.forEach { key, attribute in
            pairs.append(KeyValue(key: key, value: value(attribute)))
        }
        return pairs.sorted { $0.key < $1.key }
    }

    private static func value(_ attribute: SpanAttribute) -> Value {
        switch attribute {
        case .int32(let number): .number(Int64(number))
        case .int64(let number): .number(number)
        case .double(let number): .real(number)
        case .bool(let flag): .flag(flag)
        case .string(let text): .text(text)
        case .stringConvertible(let value): .text(value.description)
        default: .text("\(attribute)")
        }
    }

    /// The numbers of the protocol: 0 is "unspecified".
    static func kind(_ kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    static func status(_ status: SpanStatus?) -> Status {
        switch status?.code {
        case .ok?: Status(code: 1)
        case .error?: Status(code: 2, message: status?.message)
        case nil: Status(code: 0)
        }
    }
}
