import AMQPBridge
import Synchronization
import Tracing

/// A span that is written when it ends.
final class FileSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var events: [SpanEvent] = []
        var links: [SpanLink] = []
        var hasEnded = false
    }

    let context: ServiceContext
    private let kind: SpanKind
    private let parentID: String?
    private let traceID: String
    private let spanID = SpanID.random(64)
    private let start: UInt64
    private let file: TraceFile
    private let state: Mutex<State>

    init(
        name: String, kind: SpanKind, context: ServiceContext, parent: TraceParent?, traceID: String, start: UInt64,
        file: TraceFile
    ) {
        var own = context
        own.traceParent = TraceParent(traceID: traceID, spanID: spanID)
        self.context = own
        self.kind = kind
        parentID = parent?.spanID
        self.traceID = traceID
        self.start = start
        self.file = file
        state = Mutex(State(name: name))
    }

    var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    var isRecording: Bool { state.withLock { !$0.hasEnded } }

    func setStatus(_ status: SpanStatus) { state.withLock { $0.status = status } }

    func addEvent(_ event: SpanEvent) { state.withLock { $0.events.append(event) } }

    func addLink(_ link: SpanLink) { state.withLock { $0.links.append(link) } }

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let record = state.withLock { state -> OTLP.Span? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return OTLP.Span(
                traceId: traceID, spanId: spanID, parentSpanId: parentID, name: state.name, kind: OTLP.kind(kind),
                startTimeUnixNano: String(start), endTimeUnixNano: String(end),
                attributes: OTLP.attributes(state.attributes),
                events: state.events.map {
                    OTLP.Event(
                        timeUnixNano: String($0.nanosecondsSinceEpoch), name: $0.name,
                        attributes: OTLP.attributes($0.attributes))
                },
                links: state.links.compactMap { link in
                    link.context.traceParent.map { OTLP.Link(traceId: $0.traceID, spanId: $0.spanID) }
                },
                status: OTLP.status(state.status))
        }
        if let record { file.add(record) }
    }
}
