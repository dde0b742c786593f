import AMQPBridge
import Hummingbird
import Ledger

/// What one service did with the events of a subject, and what it has yet to tell others: the answer of its `/trace`.
package struct TraceReport: Codable, Sendable {
    package var service: String
    package var entries: [Entry]
    package var waiting: [Waiting]

    /// Times are RFC 3339; what is nil is left out.
    package struct Entry: Codable, Sendable {
        package var time: String
        package var event: String
        package var eventID: String
        package var source: String
        package var causationID: String?
        package var emittedAt: String
        package var attempt: Int
        /// `handled`, or `failed: ` and why.
        package var outcome: String

        enum CodingKeys: String, CodingKey {
            case time, event, source, attempt, outcome
            case eventID = "event_id"
            case causationID = "causation_id"
            case emittedAt = "emitted_at"
        }

        init(_ entry: JournalEntry) {
            time = entry.time.description
            event = entry.event.rawValue
            eventID = entry.eventID
            source = entry.source
            causationID = entry.causationID
            emittedAt = entry.emittedAt.description
            attempt = entry.attempt
            outcome =
                switch entry.outcome {
                case .handled: "handled"
                case .failed(let error): "failed: \(error)"
                }
        }
    }

    package struct Waiting: Codable, Sendable {
        package var event: String
        package var eventID: String
        package var causationID: String?
        package var time: String
        package var attempts: Int
        package var nextAt: String?
        package var lastError: String?
        package var parked: Bool

        enum CodingKeys: String, CodingKey {
            case event, time, attempts, parked
            case eventID = "event_id"
            case causationID = "causation_id"
            case nextAt = "next_at"
            case lastError = "last_error"
        }

        init(_ entry: OutboxEntry) {
            event = entry.event.rawValue
            eventID = entry.eventID
            causationID = entry.causationID
            time = entry.time.description
            attempts = entry.attempts
            nextAt = entry.nextAt?.description
            lastError = entry.lastError
            parked = entry.parked
        }
    }
}

extension TraceReport: ResponseEncodable {}
