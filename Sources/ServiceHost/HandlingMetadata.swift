import AMQPBridge
import Logging
import Tracing

extension Logger.MetadataProvider {
    /// On account of which event something is logged, and in which trace: what every line written in a handler says.
    static let handling = Logger.MetadataProvider {
        guard let scope = ServiceContext.current?.handling else { return [:] }
        var metadata: Logger.Metadata = ["trace_id": .string(scope.traceParent.traceID)]
        if let event = scope.event {
            metadata["event_id"] = .string(event.metadata.id)
            metadata["order_id"] = .string(event.metadata.correlationID)
            metadata["attempt"] = .stringConvertible(event.attempt)
        }
        return metadata
    }
}
