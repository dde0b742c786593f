import AMQPBridge
import Foundation
import Ledger
import Logging
import ShopEvents
import Testing

@testable import BoardSvc

/// The board's handlers over a real ledger, for one test.
struct BoardDesk: Sendable {
    static let orderID = "01a22a5a-806e-7b20-84ca-796cb9937a57"

    /// A while's beginning, lately: the ledger takes nothing that is too old. Milliseconds since 1970.
    static let base = Int(RFC3339Time.now.milliseconds) / PaceStore.step * PaceStore.step

    let ledger: EventLedger

    static let migrations = HeardStore.migrations + OrderBoardStore.migrations + PaceStore.migrations

    static func open(at path: String? = nil, _ body: (BoardDesk) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "board-\(UUIDv7())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try EventLedger(
            path: path ?? folder + "/board.db", migrations: migrations,
            encoder: EventEncoder(source: "/shop/board", codec: OnlookerCodec()), logger: Logger(label: "test"))
        BoardHandlers.register(on: ledger)
        try await body(BoardDesk(ledger: ledger))
        try ledger.close()
    }

    /// All in one batch.
    func hear(_ events: IncomingEvent...) async throws { try await hear(events) }

    func hear(_ events: [IncomingEvent]) async throws {
        for result in try await ledger.handle(events) {
            if case .failed(let error) = result { Issue.record("\(error)") }
        }
    }

    /// - Parameter time: milliseconds since ``base``.
    static func event(
        _ type: EventType, at time: Int64, from source: String = "/shop/order", of order: String = orderID,
        lines: [OrderLine]? = nil
    ) -> IncomingEvent {
        let metadata = EventMetadata(
            source: source, type: type, subject: order, time: RFC3339Time(milliseconds: Int64(base) + time),
            correlationID: order)
        return IncomingEvent(
            event: HeardEvent(lines: lines, currency: lines == nil ? nil : "EUR"),
            context: EventContext(metadata: metadata, routingKey: "some.key"))
    }

    func orders() async throws -> [OrderBoardStore.Item] {
        try await ledger.read { try OrderBoardStore(transaction: $0).newest(limit: 100) }
    }

    func points(before end: Int, count: Int) async throws -> [PaceStore.Point] {
        try await ledger.read { try PaceStore(transaction: $0).points(before: end, count: count) }
    }
}
