import AMQPBridge
import Foundation
import Hummingbird
public import Ledger

/// A part of a service's books, read page by page, so that a long one needs no more memory than a short one.
public struct AuditSection: Sendable {
    /// One fact and its place among the others.
    public struct Entry: Sendable {
        /// The next page begins after it.
        public var key: String
        public var record: any Encodable & Sendable

        public init(key: String, record: any Encodable & Sendable) {
            self.key = key
            self.record = record
        }
    }

    let page: @Sendable (_ after: String, _ limit: Int, LedgerTransaction) throws -> [Entry]

    /// - Parameter page: at most `limit` facts whose keys come after the given one (at first the empty text), in the
    ///   order of their keys.
    public init(page: @escaping @Sendable (_ after: String, _ limit: Int, LedgerTransaction) throws -> [Entry]) {
        self.page = page
    }
}

extension ServiceHost {
    /// Shows the service's books at `/audit`: one JSON object a line, the last one of the kind `end` with the number of
    /// those before it. Every page is a consistent view, the whole is not: the service goes on meanwhile.
    ///
    /// After the given sections comes what is still in the outbox, as every service has it.
    public func addAudit(_ sections: AuditSection...) {
        let sections = sections + [.outbox]
        router.get("/audit") { [ledger] _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/x-ndjson"],
                body: ResponseBody { writer in
                    try await AuditRoute.write(sections, to: &writer, reading: ledger)
                })
        }
    }
}

extension AuditSection {
    /// Events that are committed and not yet confirmed by the broker.
    static let outbox = AuditSection { after, limit, transaction in
        try transaction.outboxEntries(after: Int64(after) ?? 0, limit: limit).map {
            Entry(key: String($0.number), record: OutboxRecord($0))
        }
    }

    private struct OutboxRecord: Encodable {
        var kind = "outbox"
        var key: String
        var event: String
        var eventID: String
        var attempts: Int
        var parked: Bool

        enum CodingKeys: String, CodingKey {
            case kind, key, event, attempts, parked
            case eventID = "event_id"
        }

        init(_ entry: OutboxEntry) {
            key = entry.key
            event = entry.event.rawValue
            eventID = entry.eventID
            attempts = entry.attempts
            parked = entry.parked
        }
    }
}

enum AuditRoute {
    private static let pageSize = 500

    private struct End: Encodable {
        var kind = "end"
        var records: Int
    }

    static func write(
        _ sections: [AuditSection], to writer: inout any ResponseBodyWriter, reading ledger: EventLedger
    ) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        var records = 0
        for section in sections {
            var last = ""
            while true {
                let page = try await ledger.read { [last] in try section.page(last, pageSize, $0) }
                try await writer.write(try lines(page.map(\.record), encoder))
                records += page.count
                guard page.count == pageSize, let next = page.last?.key else { break }
                last = next
            }
        }
        try await writer.write(try lines([End(records: records)], encoder))
        try await writer.finish(nil)
    }

    private static func lines(_ records: [any Encodable], _ encoder: JSONEncoder) throws -> ByteBuffer {
        var text = ByteBuffer()
        for record in records {
            text.writeBytes(try encoder.encode(record))
            text.writeString("\n")
        }
        return text
    }
}
