/// What one service tells about an order's events, by its `/trace`.
struct ServiceTrace: Decodable, Sendable {
    /// One attempt to handle an event.
    struct Entry: Decodable, Sendable {
        var time: String
        /// Its routing key.
        var event: String
        var eventID: String?
        var source: String?
        var causationID: String?
        /// When it happened, by its emitter's clock.
        var emittedAt: String?
        var attempt: Int?
        /// `handled`, or `failed: …`.
        var outcome: String

        enum CodingKeys: String, CodingKey {
            case time, event, source, attempt, outcome
            case eventID = "event_id"
            case causationID = "causation_id"
            case emittedAt = "emitted_at"
        }
    }

    /// An event that is stored and not sent yet.
    struct Waiting: Decodable, Sendable {
        var event: String
        var eventID: String?
        var causationID: String?
        /// When it was emitted.
        var time: String
        var attempts: Int?
        var nextAt: String?
        var lastError: String?
        /// It will not be sent by itself any more.
        var parked: Bool?

        enum CodingKeys: String, CodingKey {
            case event, time, attempts, parked
            case eventID = "event_id"
            case causationID = "causation_id"
            case nextAt = "next_at"
            case lastError = "last_error"
        }
    }

    var entries: [Entry]
    var waiting: [Waiting]?
}
