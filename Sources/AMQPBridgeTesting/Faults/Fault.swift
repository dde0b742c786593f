import AMQPBridge

/// Something that goes wrong with one delivery, as it does in the life of a service: see ``FaultPoints``.
public struct Fault: Sendable, CustomStringConvertible {
    enum Kind: String, CaseIterable {
        case throwError, delay, duplicate, dropAck, crashBeforeCommit, crashAfterCommit
    }

    let kind: Kind
    let injected: InjectedFault

    /// Its name, as it stands in the code.
    public var description: String { kind.rawValue }

    /// The call fails before the handler has begun, and by a transient error: the event climbs the retry ladder.
    public static let throwError = throwError(InjectedFailure())

    /// The call fails with an error of your own before the handler has begun. Its ``AMQPBridge/FailureClass`` decides what
    /// becomes of the event.
    public static func throwError(_ error: any Error) -> Fault { Fault(kind: .throwError, injected: .failure(error)) }

    /// The call begins late, by the bus's clock: on a broker in memory the test's. The handler's time counts from the
    /// moment when it should have begun.
    public static func delay(_ delay: Duration) -> Fault { Fault(kind: .delay, injected: .delay(delay)) }

    /// The event is delivered a second time, with the same id, right behind the first.
    public static let duplicate = Fault(kind: .duplicate, injected: .duplicate)

    /// Everything is done: the ledger has committed, what follows is confirmed. But the ack never leaves, because the
    /// consuming connection ends. The broker delivers the event again, and with it all that was in hand; RabbitMQ counts
    /// that towards the delivery limit.
    public static let dropAck = Fault(kind: .dropAck, injected: .droppedAck)

    /// The consuming connection ends just before the transaction commits, as if the process had: nothing of it stands,
    /// and all that was in hand comes again. Without a ledger: before the handler is called.
    public static let crashBeforeCommit = Fault(kind: .crashBeforeCommit, injected: .crashBeforeCommit)

    /// The consuming connection ends just after the transaction has committed, as if the process had: all of it stands,
    /// nothing is acked, and all that was in hand comes again. What the outbox holds is sent, as it would be after a
    /// restart. Without a ledger: when the handler has returned, before anything that follows is published.
    public static let crashAfterCommit = Fault(kind: .crashAfterCommit, injected: .crashAfterCommit)
}

/// What ``Fault/throwError`` throws.
public struct InjectedFailure: Error, CustomStringConvertible {
    public var description: String { "a test let this call fail" }
}
