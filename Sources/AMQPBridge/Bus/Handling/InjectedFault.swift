/// What a test lets go wrong with one delivery, where it would go wrong by itself.
///
/// Boxed, because room for one travels with every event, and nearly none has one.
package indirect enum InjectedFault: Sendable {
    /// The call of the handler throws this before the handler has begun.
    case failure(any Error)
    /// The call begins so much later.
    case delay(Duration)
    /// The event is delivered once more, right behind itself.
    case duplicate
    /// Everything is done, and the ack never leaves.
    case droppedAck
    /// The process ends before the handler's effect stands.
    case crashBeforeCommit
    /// The process ends when the handler's effect stands, before anything else is done.
    case crashAfterCommit
}

/// Decides what goes wrong with which delivery.
package protocol FaultSource: Sendable {
    /// Asked once whenever an event is about to be handed to its handler, in the order of the events of each key.
    func fault(for event: IncomingEvent) -> InjectedFault?
}

/// Takes the place of the process's end: nothing that is in hand is settled any more, and all of it comes again.
package struct InjectedCrash: Error {
    package enum Side: Sendable {
        case beforeCommit, afterCommit
    }

    /// Throws when one of these events is to be in hand when the process ends there.
    package static func check(_ side: Side, _ events: ArraySlice<IncomingEvent>) throws(InjectedCrash) {
        // By their places: an event that is taken out is copied.
        for index in events.indices { try check(side, events[index].fault) }
    }

    static func check(_ side: Side, _ fault: InjectedFault?) throws(InjectedCrash) {
        switch (fault, side) {
        case (.crashBeforeCommit?, .beforeCommit), (.crashAfterCommit?, .afterCommit): throw InjectedCrash()
        default: break
        }
    }
}
