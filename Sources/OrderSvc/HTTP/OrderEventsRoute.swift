import AMQPBridge
import AsyncAlgorithms
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import ServiceHost
import ServiceLifecycle

/// `GET /orders/{id}/events`: the order's story as server-sent events (HTML Standard, 9.2), each as it happens.
enum OrderEventsRoute {
    /// A sign of life for whoever listens, and for us that somebody still does.
    private static let heartbeat = Duration.seconds(15)
    private static let lastEventID = HTTPField.Name("Last-Event-ID")

    /// 404 for an order that is not known here. After an order's end nothing comes any more: the stream ends, and who comes
    /// back with the last `Last-Event-ID` is told so by 204, which ends a browser's tries.
    static func add(to orders: RouterGroup<ServiceRequestContext>, over ledger: EventLedger) {
        orders.get(":id/events") { request, context in
            let id = try OrderRoutes.orderID(context)
            let last = Self.lastEventID.flatMap { request.headers[$0] }.flatMap { Int($0) }.map { max(0, $0) } ?? 0
            guard let story = try await ledger.read({ try Story(of: id, after: last, in: $0) }) else {
                throw OrderRoutes.unknown(id)
            }
            if story.isOver, story.entries.isEmpty { return Response(status: .noContent) }
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody { try await write(id, after: last, to: &$0, following: ledger) })
        }
    }

    private struct Story: Sendable {
        var entries: [Order.Entry]
        var isOver: Bool

        init?(of id: String, after last: Int, in transaction: LedgerTransaction) throws {
            let store = OrderStore(transaction: transaction)
            guard let order = try store.find(id) else { return nil }
            entries = try store.history(of: id, after: last)
            isOver = order.status.isTerminal
        }
    }

    /// Why it is time for a look.
    private enum Reason { case change, heartbeat }

    private static func write(
        _ id: String, after last: Int, to writer: inout any ResponseBodyWriter, following ledger: EventLedger
    ) async throws {
        var last = last
        // The first look is behind the subscription, so that nothing can happen in between.
        let changes = ledger.changes().map { Reason.change }
        let heart = AsyncTimerSequence(interval: heartbeat, clock: .continuous).map { _ in Reason.heartbeat }
        for await reason in merge(chain([.change].async, changes), heart).cancelOnGracefulShutdown() {
            let story = try await ledger.read { [last] in try Story(of: id, after: last, in: $0) }
            guard let story else { break }
            if !story.entries.isEmpty {
                try await writer.write(ByteBuffer(string: text(of: story.entries, after: last)))
                last += story.entries.count
            } else if reason == .heartbeat {
                try await writer.write(ByteBuffer(string: ":\n\n"))
            }
            if story.isOver { break }
        }
        try await writer.finish(nil)
    }

    private static func text(of entries: [Order.Entry], after last: Int) throws -> String {
        try entries.enumerated().map { offset, entry in
            let data = String(decoding: try PlainJSON.encode(OrderView.EntryView(entry)), as: UTF8.self)
            return "id: \(last + offset + 1)\nevent: \(entry.event)\ndata: \(data)\n\n"
        }.joined()
    }
}
