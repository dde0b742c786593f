import AMQPBridge

/// What a publishing's outcome means for its row.
enum OutboxVerdict: Equatable {
    /// The broker has it.
    case sent
    /// Nobody knows; that is the connection's fault, so it goes again, uncounted.
    case again
    /// The broker closed the channel over one of those that were sent together: each has to go alone.
    case suspected
    /// Not taken, and that may change: later again.
    case later(String)
    /// It will never be taken as it is.
    case parked(String)

    /// - Parameter wasAlone: nothing else was handed to the publisher with it.
    init(_ outcome: PublishOutcome, wasAlone: Bool) {
        switch outcome {
        case .confirmed: self = .sent
        case .nacked: self = .later("refused by the broker (nack): is a queue full?")
        case .unroutable: self = .later("nobody listens to its routing key: run shop topology apply")
        case .unknown(let error): self = Self.judge(error, wasAlone: wasAlone)
        }
    }

    private static func judge(_ error: AMQPError, wasAlone: Bool) -> Self {
        if error.failureClass == .permanent { return .parked(error.message) }
        // RabbitMQ's answer to a message above its `max_message_size`; it does not say to which.
        if error.code == .preconditionFailed { return wasAlone ? .parked(error.message) : .suspected }
        return error.isRetriable || error.code == .cancelled ? .again : .later(error.message)
    }
}
