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

    static func report(of key: String, service: String, in transaction: LedgerTransaction) throws -> TraceReport {
        TraceReport(
            service: service, entries: try transaction.journal(of: key, limit: maxEntries).map(TraceReport.Entry.init),
            waiting: try transaction.outboxEntries(of: key, limit: maxEntries).map(TraceReport.Waiting.init))
    }
}
