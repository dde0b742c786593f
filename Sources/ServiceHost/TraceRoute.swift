import AMQPBridge
import Foundation
import Hummingbird
import Ledger

/// `GET /trace/:key`: what this service did with the events of a subject, and what it has yet to tell others about it.
enum TraceRoute {
    /// Of each kind.
    private static let maxEntries = 1000

    static func add(to router: Router<ServiceRequestContext>, service: String, reading ledger: EventLedger) {
        router.get("/trace/:key") { _, context in
            guard let key = try context.parameters.require("key").removingPercentEncoding else {
                throw Problem(.badRequest, "the key in the path is not percent-encoded UTF-8")
            }
            return try await ledger.read { try report(of: key, service: service, in: $0) }
        }
    }

    static func report(of key: String, service: String, in transaction: LedgerTransaction) throws -> Report {
        Report(
            service: service, entries: try transaction.journal(of: key, limit: maxEntries).map(Entry.init),
            waiting: try transaction.outboxEntries(of: key, limit: maxEntries).map(Waiting.init))
    }

    struct Report: ResponseEncodable, Sendable {
        var service: String
        var entries: [Entry]
        var waiting: [Waiting]
    }

    /// Times are RFC 3339; what is nil is left out.
    struct Entry: Encodable, Sendable {
        var time: String
        var event: String
        var eventID: String
        var source: String
        var causationID: String?
        var emittedAt: String
        var attempt: Int
        /// `handled`, or `failed: ` and why.
        var outcome: String

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

    struct Waiting: Encodable, Sendable {
        var event: String
        var eventID: String
        var causationID: String?
        var time: String
        var attempts: Int
        var nextAt: String?
        var lastError: String?
        var parked: Bool

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
