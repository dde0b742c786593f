import AMQPBridge
import Tracing

/// Records spans for a file, and passes traces on as W3C Trace Context.
struct FileTracer: Tracer {
    static let header = "traceparent"

    let file: TraceFile

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> FileSpan {
        let context = context()
        let parent = context.traceParent
        return FileSpan(
            name: operationName, kind: kind, context: context, parent: parent,
            traceID: parent?.traceID ?? SpanID.random(128), start: instant().nanosecondsSinceEpoch, file: file)
    }

    func forceFlush() { file.flush() }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context.traceParent = extractor.extract(key: Self.header, from: carrier).flatMap { TraceParent($0) }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let parent = context.traceParent else { return }
        injector.inject(parent.description, forKey: Self.header, into: &carrier)
    }
}

enum SpanID {
    /// As hexadecimal digits, never all zero.
    static func random(_ bits: Int) -> String {
        (0..<bits / 64).map { _ in UInt64.random(in: 1 ... .max).hexadecimal }.joined()
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = TraceParent
        static let nameOverride: String? = "traceparent"
    }

    /// The span that new ones become children of.
    var traceParent: TraceParent? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
