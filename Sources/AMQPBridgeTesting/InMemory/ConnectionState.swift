import AMQPBridge

/// A delivery in somebody's hand.
struct UnsettledDelivery {
    var message: InMemoryMessage
    var queue: QueueName
    var queueID: UInt64
    var consumer: UInt64
}

/// Names one publishing whose outcome somebody waits for.
struct PublishTicket: Hashable {
    var call: UInt64
    var index: Int
}

/// A publishing that the broker's alarm holds back.
struct WaitingPublishing {
    var ticket: PublishTicket
    var publishing: Publishing
    var deadline: Duration
    /// It left before the client knew of the alarm: the broker will take it once it reads again, though nobody waits.
    var isOnTheWire = false
    /// Nobody waits any more.
    var isGivenUp = false
}

/// What the broker knows of one connection. Pure.
struct ConnectionState {
    /// The first tag that may be unsettled.
    private var oldest: UInt64 = 1
    private(set) var lastTag: UInt64 = 0
    private var unsettled: [UInt64: UnsettledDelivery] = [:]
    /// What its one consumer is called, while it runs.
    var consumer: (queue: QueueName, id: UInt64)?
    /// It has, or had, a consumer: an error on its channel then costs the connection.
    var hasConsumed = false
    var waiting: [WaitingPublishing] = []
    /// The broker has told it of the alarm.
    var isBlocked = false
    var blocked = Stopwatch()

    mutating func deliver(_ delivery: UnsettledDelivery) -> UInt64 {
        lastTag += 1
        unsettled[lastTag] = delivery
        return lastTag
    }

    mutating func take(_ tag: UInt64) -> UnsettledDelivery? { unsettled.removeValue(forKey: tag) }

    mutating func take(upTo tag: UInt64) -> [UnsettledDelivery] {
        guard oldest <= tag else { return [] }
        defer { oldest = tag + 1 }
        return (oldest...min(tag, lastTag)).compactMap { take($0) }
    }

    /// In the order in which they were delivered.
    mutating func takeAll() -> [UnsettledDelivery] {
        defer { unsettled = [:] }
        return unsettled.sorted { $0.key < $1.key }.map(\.value)
    }
}
