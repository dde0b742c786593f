import AMQPBridge
import ShopEvents

/// One hop of an order's way: what a service did with an event, or where an event waits.
struct TraceRow: Encodable, Equatable {
    /// When it was done; of what waits, when it was emitted; of a dead letter, when it failed last.
    var time: String
    var service: String
    /// Its routing key.
    var event: String
    var eventID: String?
    var causationID: String?
    var attempt: Int?
    /// `handled`, `failed: …`, `waiting`, `parked`, `dead: …`; behind the word what is known about the reason.
    var outcome: String
    /// Who emitted the event.
    var source: String?
    /// From its emission to here, in milliseconds; by two clocks.
    var delayMilliseconds: Int64?
    /// When a waiting event is sent again.
    var nextAt: String?

    enum CodingKeys: String, CodingKey {
        case time, service, event, attempt, outcome, source
        case eventID = "event_id"
        case causationID = "causation_id"
        case delayMilliseconds = "delay_ms"
        case nextAt = "next_at"
    }

    init(_ entry: ServiceTrace.Entry, of service: ShopService) {
        time = entry.time
        self.service = service.rawValue
        event = entry.event
        eventID = entry.eventID
        causationID = entry.causationID
        attempt = entry.attempt
        outcome = entry.outcome
        source = entry.source
        delayMilliseconds = entry.emittedAt.flatMap { Self.delay(from: $0, to: entry.time) }
    }

    init(_ waiting: ServiceTrace.Waiting, of service: ShopService) {
        time = waiting.time
        self.service = service.rawValue
        event = waiting.event
        eventID = waiting.eventID
        causationID = waiting.causationID
        attempt = waiting.attempts
        outcome = Self.outcome(waiting.parked == true ? "parked" : "waiting", waiting.lastError)
        source = service.source
        nextAt = waiting.nextAt
    }

    init(_ letter: DeadLetter) {
        let metadata = try? CloudEventsCodec().decodeMetadata(letter.body)
        let emitted = metadata?.time.description
        time = letter.lastFailed ?? letter.firstFailed ?? emitted ?? ""
        service = letter.service
        event = letter.routingKey
        eventID = letter.eventID
        causationID = metadata?.causationID
        attempt = letter.attempts
        outcome = Self.outcome("dead", letter.error)
        source = metadata?.source ?? letter.properties.appID
        delayMilliseconds = emitted.flatMap { Self.delay(from: $0, to: time) }
    }

    private static func outcome(_ word: String, _ reason: String?) -> String {
        guard let reason, !reason.isEmpty else { return word }
        return "\(word): \(reason)"
    }

    static func delay(from start: String, to end: String) -> Int64? {
        guard let start = RFC3339Time(start), let end = RFC3339Time(end) else { return nil }
        return end.milliseconds - start.milliseconds
    }
}
