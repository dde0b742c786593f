import AMQPBridge
import HTTPTypes
public import Hummingbird
import Tracing

/// Gives a request that begins something its place in a trace: the one its sender names (`traceparent`), else a new one.
/// What is emitted while it is answered belongs to it.
public struct TraceMiddleware: RouterMiddleware {
    private static let header = HTTPField.Name("traceparent")

    public init() {}

    public func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        let tracer = InstrumentationSystem.tracer
        let parent = Self.header.flatMap { request.headers[$0] }.flatMap { TraceParent($0) }
        // Without a tracer and a sender's trace, the events' own make it.
        guard !(tracer is NoOpTracer) || parent != nil else { return try await next(request, context) }
        let begin = parent.map { tracer.context(of: $0) } ?? .topLevel
        return try await tracer.withAnySpan(
            "\(request.method.rawValue) \(context.endpointPath ?? request.uri.path)", context: begin, ofKind: .server
        ) { span in
            span.attributes["http.request.method"] = request.method.rawValue
            span.attributes["url.path"] = request.uri.path
            var scope = span.context
            scope.handling = (tracer.traceParent(of: span.context) ?? parent).map { HandlingScope(traceParent: $0) }
            let response = try await ServiceContext.withValue(scope) { try await next(request, context) }
            span.attributes["http.response.status_code"] = Int64(response.status.code)
            return response
        }
    }
}
