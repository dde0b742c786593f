/// What kind of failure an error is, and so what happens to the event.
public enum FailureClass: String, Hashable, Sendable {
    /// It may work later: the event climbs the retry ladder and becomes a dead letter when that ends.
    case transient
    /// It never will: a dead letter at once.
    case permanent
    /// Nothing can be handled at the moment, and that is not this event's fault: it stays, uncounted, the subscription
    /// stops pulling and tries again with growing waits. For a database that is locked or a mail server that is away.
    case notNow
}

/// An error that knows its class. Any other error is `transient`.
public protocol ClassifiedError: Error {
    /// What becomes of the event whose handler threw this.
    var failureClass: FailureClass { get }
}

/// Throw this from a handler when trying again cannot help.
public struct PermanentFailure: ClassifiedError, CustomStringConvertible {
    /// Why, for people: the dead letter keeps the first 2,048 bytes of it.
    public var description: String
    public var failureClass: FailureClass { .permanent }

    /// - Parameter description: why it never will.
    public init(_ description: String) { self.description = description }
}

/// Throw this from a handler when nothing can be handled at the moment.
public struct NotNow: ClassifiedError, CustomStringConvertible {
    /// Why, for people: what ``BusState/outage`` says until something can be handled again.
    public var description: String
    public var failureClass: FailureClass { .notNow }

    /// - Parameter description: what is away or locked.
    public init(_ description: String) { self.description = description }
}

extension AMQPError: ClassifiedError {
    /// What cannot be decoded or sent as it is stays so; the rest is the broker's or the network's.
    public var failureClass: FailureClass {
        switch code {
        case .undecodable, .unknownEventType, .senderRefused, .tooLarge, .invalidConfiguration: .permanent
        default: .transient
        }
    }
}

/// What a handler's failures lead to.
public struct RetryPolicy: Sendable {
    package let classify: @Sendable (any Error) -> FailureClass

    /// By the error's own class; what has none is transient and climbs the service's ladder.
    public static let ladder = RetryPolicy { ($0 as? any ClassifiedError)?.failureClass ?? .transient }

    /// One call, no more: what would climb the ladder becomes a dead letter at once.
    public static let never = RetryPolicy { error in
        let own = ladder.classify(error)
        return own == .transient ? .permanent : own
    }

    /// The ladder, with a judgement of your own for errors that are not yours to change.
    public static func ladder(classifying classify: @escaping @Sendable (any Error) -> FailureClass) -> RetryPolicy {
        RetryPolicy(classify: classify)
    }
}
