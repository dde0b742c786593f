public import Tracing

/// What is going on around a piece of code: in which trace, and on account of which event. Travels with the task.
public struct HandlingScope: Sendable {
    /// What is emitted here goes on from there.
    public var traceParent: TraceParent
    /// What the handler that runs here was given; nil where no event is handled.
    public var event: EventContext?

    /// - Parameter event: nil outside of a handler, as at an HTTP door.
    public init(traceParent: TraceParent, event: EventContext? = nil) {
        self.traceParent = traceParent
        self.event = event
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = HandlingScope
        static let nameOverride: String? = "handling"
    }

    /// As around a call of a handler when nobody records spans.
    init(handling event: EventContext) {
        self = .topLevel
        handling = HandlingScope(traceParent: event.metadata.traceParent, event: event)
    }

    /// Set around every call of a handler.
    public var handling: HandlingScope? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
