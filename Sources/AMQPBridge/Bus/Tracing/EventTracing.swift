package import Tracing

/// A bus's spans: one for each call of a handler and one for each publishing, with the names of OpenTelemetry's messaging
/// conventions (semantic conventions 1.27, "Messaging spans").
///
/// An event carries its trace in its body, so it is the same on every way: through the outbox, the retry ladder, the dead
/// letters and a replay. Without a tracer it is passed on all the same.
package struct EventTracing: Sendable {
    /// Nil when nobody records spans.
    private let tracer: (any Tracer)?
    private let queue: QueueName
    private let codec: any EventCodec

    /// - Parameter queue: where handlers' events come from.
    init(tracer: any Tracer, queue: QueueName, codec: any EventCodec) {
        self.tracer = tracer is NoOpTracer ? nil : tracer
        self.queue = queue
        self.codec = codec
    }

    // MARK: Handling

    /// Goes around a handler's call.
    func handling<Result>(_ context: EventContext, _ body: () throws -> Result) rethrows -> Result {
        let (scope, span) = begin(context)
        defer { span?.end() }
        return try ServiceContext.withValue(scope) {
            do { return try body() } catch {
                span?.fail(error)
                throw error
            }
        }
    }

    /// Goes around a handler's call.
    func handling<Result>(
        _ context: EventContext, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let (scope, span) = begin(context)
        defer { span?.end() }
        return try await ServiceContext.withValue(scope) {
            do { return try await body() } catch {
                span?.fail(error)
                throw error
            }
        }
    }

    private func begin(_ context: EventContext) -> (ServiceContext, (any Span)?) {
        guard let tracer else { return (ServiceContext(handling: context), nil) }
        let parent = context.metadata.traceParent
        let span = tracer.startSpan(
            "process \(context.routingKey)", context: tracer.context(of: parent), ofKind: .consumer)
        let event = context.metadata
        span.attributes["messaging.system"] = "rabbitmq"
        span.attributes["messaging.operation.type"] = "process"
        span.attributes["messaging.operation.name"] = "process"
        span.attributes["messaging.destination.name"] = queue.rawValue
        span.attributes["messaging.rabbitmq.destination.routing_key"] = context.routingKey.rawValue
        span.attributes["messaging.message.id"] = event.id
        span.attributes["messaging.message.conversation_id"] = event.correlationID
        span.attributes["amqpbridge.attempt"] = Int64(context.attempt)
        var scope = span.context
        scope.handling = HandlingScope(traceParent: tracer.traceParent(of: span.context) ?? parent, event: context)
        return (scope, span)
    }

    // MARK: Publishing

    /// Goes around the publishing of messages that hold events.
    func publishing(
        _ publishings: [Publishing], _ body: ([Publishing]) async -> [PublishOutcome]
    ) async -> [PublishOutcome] {
        guard let tracer else { return await body(publishings) }
        let spans = publishings.map { begin($0, tracer) }
        let outcomes = await body(publishings)
        for ((span, publishing), outcome) in zip(zip(spans, publishings), outcomes) {
            if let error = outcome.error(for: publishing) { span.fail(error) }
            span.end()
        }
        return outcomes
    }

    private func begin(_ publishing: Publishing, _ tracer: any Tracer) -> any Span {
        let event = try? codec.decodeMetadata(publishing.body)
        let context = event.map { tracer.context(of: $0.traceParent) } ?? .topLevel
        let span = tracer.startSpan("publish \(publishing.routingKey)", context: context, ofKind: .producer)
        span.attributes["messaging.system"] = "rabbitmq"
        span.attributes["messaging.operation.type"] = "send"
        span.attributes["messaging.operation.name"] = "publish"
        span.attributes["messaging.destination.name"] = publishing.exchange.rawValue
        span.attributes["messaging.rabbitmq.destination.routing_key"] = publishing.routingKey.rawValue
        span.attributes["messaging.message.id"] = publishing.properties.messageID
        span.attributes["messaging.message.conversation_id"] = publishing.properties.correlationID
        span.attributes["messaging.message.body.size"] = Int64(publishing.body.count)
        return span
    }
}

extension EventMetadata {
    /// Where it stands in its trace, also when nobody has begun one, or somebody wrote what is none.
    package var traceParent: TraceParent {
        traceparent.flatMap { TraceParent($0) } ?? TraceParent(story: correlationID, event: id)
    }
}

extension Span {
    fileprivate func fail(_ error: any Error) {
        recordError(error)
        setStatus(SpanStatus(code: .error, message: "\(error)"))
        attributes["error.type"] = "\(type(of: error))"
    }
}

/// A carrier with nothing but W3C's header.
private struct TraceHeader: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
}

extension Tracer {
    /// What a span that goes on from there begins with.
    package func context(of parent: TraceParent) -> ServiceContext {
        var context = ServiceContext.topLevel
        extract(["traceparent": parent.description], into: &context, using: TraceHeader())
        return context
    }

    /// Nil when this tracer does not write W3C's header.
    package func traceParent(of context: ServiceContext) -> TraceParent? {
        var carrier: [String: String] = [:]
        inject(context, into: &carrier, using: TraceHeader())
        return carrier["traceparent"].flatMap { TraceParent($0) }
    }
}
