import AMQPBridge
import Foundation
import Hummingbird
import Ledger
import ServiceHost
import ShopEvents
import Tracing

/// Placing an order over HTTP. It needs this service's database and nothing else: no broker, no other service.
enum OrderDoor {
    /// As the order's story names who placed it.
    private static let source = "\(ShopService.order.source)/http"

    /// 202 with the order's address when it is stored, now or before; 409 for the same id with another body, 422 for an
    /// invalid order, 400 for what is no JSON object, 413 above 64 KiB, 503 while the database cannot be written.
    ///
    /// With an `Idempotency-Key`, which stays for a day: the same request again has the same answer; 422 for the key with
    /// another body, 409 while its first request is still being answered.
    static func add(to orders: RouterGroup<ServiceRequestContext>, over ledger: EventLedger) {
        let keysInUse = KeysInUse()
        orders.post { request, _ in
            let key = try IdempotencyKey(of: request)
            let body = try await RequestJSON.bytes(of: request)
            return OrderAccepted(
                try await keysInUse.using(key) { try await place(command(body), key?.seal(body), over: ledger) })
        }
    }

    /// The command's data, with an id made for it when it has none.
    private struct Body: Decodable {
        var command: PlaceOrder

        init(from decoder: any Decoder) throws {
            command = try PlaceOrder(from: decoder, otherwise: UUIDv7().description)
        }
    }

    private static func command(_ body: [UInt8]) throws -> PlaceOrder {
        do {
            return try RequestJSON.value(Body.self, body).command
        } catch let error as DecodingError {
            // What is no object at all is another matter.
            try RequestJSON.checkObject(body)
            throw unacceptable([RequestJSON.fault(error)])
        }
    }

    /// Returns the order's id.
    private static func place(
        _ command: PlaceOrder, _ seal: IdempotencyKey.Seal?, over ledger: EventLedger
    ) async throws -> String {
        do {
            try OrderRules.checkAnswerable(command)
            let faults = OrderRules.faults(of: command)
            guard faults.isEmpty else { throw unacceptable(faults) }
            let metadata = metadata(of: PlaceOrder.type, about: command.orderID.lowercased())
            return try await ledger.write { transaction in
                let keys = IdempotencyStore(transaction: transaction)
                if let seal, let known = try keys.order(placedWith: seal) { return known }
                try place(command, as: metadata, in: transaction)
                if let seal { try keys.insert(seal, orderID: metadata.subject) }
                return metadata.subject
            }
        } catch let error as OrderRules.Unanswerable {
            throw unacceptable(["\(error)"])
        } catch let error as OrderPlacing.AnotherBody {
            throw Problem(.conflict, "\(error)")
        } catch let error as IdempotencyStore.AnotherBody {
            throw Problem(.unprocessableContent, "\(error)")
        }
    }

    /// What a command over HTTP would say of itself as an event; it goes on in the request's trace.
    static func metadata(of type: EventType, about orderID: String) -> EventMetadata {
        EventMetadata(
            source: source, type: type, subject: orderID,
            traceparent: ServiceContext.current?.handling?.traceParent.description, correlationID: orderID)
    }

    private static func place(
        _ command: PlaceOrder, as metadata: EventMetadata, in transaction: LedgerTransaction
    ) throws {
        let outcome = try OrderPlacing.place(command, heard: metadata, in: transaction)
        guard case .stored(let events) = outcome else { return }
        // As if the command had come over the bus: the order's trace begins with it.
        try transaction.record(EventContext(metadata: metadata, routingKey: PlaceOrder.routingKey), .handled)
        for event in events { try transaction.emit(event, causedBy: metadata) }
    }

    /// The order is readable, and no valid one.
    private static func unacceptable(_ reasons: [String]) -> Problem {
        Problem(.unprocessableContent, reasons.joined(separator: " "), reasons: reasons)
    }
}
