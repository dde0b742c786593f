import AMQPBridge
import Foundation
import Hummingbird
import Ledger
import ServiceHost
import ShopEvents

/// Placing an order over HTTP. It needs this service's database and nothing else: no broker, no other service.
enum OrderDoor {
    /// As the order's story names who placed it.
    private static let source = "\(ShopService.order.source)/http"

    /// 201 with the order when it is new, 200 when the same one stood already; 409 for the same id with another body, 422
    /// for an invalid order, 400 for what is no JSON object, 413 above 64 KiB, 503 while the database cannot be written.
    static func add(to router: Router<BasicRequestContext>, over ledger: EventLedger) {
        router.post("/orders") { request, _ in
            let command = try Self.command(try await RequestJSON.bytes(of: request))
            let (isNew, view) = try await place(command, over: ledger)
            return EditedResponse(status: isNew ? .created : .ok, response: view)
        }
    }

    /// The command's data, with an id made for it when it has none.
    private static func command(_ body: [UInt8]) throws -> PlaceOrder {
        var fields = try RequestJSON.object(body)
        if fields["order_id"] == nil || fields["order_id"] is NSNull { fields["order_id"] = UUIDv7().description }
        do {
            return try JSONDecoder().decode(PlaceOrder.self, from: try JSONSerialization.data(withJSONObject: fields))
        } catch let error as DecodingError {
            throw Unacceptable(reasons: [RequestJSON.fault(error)])
        }
    }

    private static func place(_ command: PlaceOrder, over ledger: EventLedger) async throws -> (Bool, OrderView) {
        do {
            try OrderRules.checkAnswerable(command)
            let faults = OrderRules.faults(of: command)
            guard faults.isEmpty else { throw Unacceptable(reasons: faults) }
            return try await ledger.write { transaction in
                let id = command.orderID.lowercased()
                let metadata = EventMetadata(
                    source: source, type: PlaceOrder.type, subject: id, correlationID: id)
                let outcome = try OrderPlacing.place(command, heard: metadata, in: transaction)
                guard let view = try OrderView(of: id, in: transaction) else {
                    throw LedgerError.unexpectedValue(column: "order_id")
                }
                guard case .stored(let events) = outcome else { return (false, view) }
                // As if the command had come over the bus: the order's trace begins with it.
                try transaction.record(EventContext(metadata: metadata, routingKey: PlaceOrder.routingKey), .handled)
                for event in events { try transaction.emit(event, causedBy: metadata) }
                return (true, view)
            }
        } catch let error as OrderRules.Unanswerable {
            throw Unacceptable(reasons: ["\(error)"])
        } catch let error as OrderPlacing.AnotherBody {
            throw HTTPError(.conflict, message: "\(error)")
        } catch LedgerError.unavailable(let reason) {
            throw HTTPError(.serviceUnavailable, message: "orders cannot be stored at the moment: \(reason)")
        }
    }
}

/// 422: the order is readable, and no valid one.
private struct Unacceptable: HTTPResponseError {
    var reasons: [String]

    var status: HTTPResponse.Status { .unprocessableContent }

    private struct Body: Encodable {
        struct Fault: Encodable {
            var message: String
            var reasons: [String]
        }

        var error: Fault
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        let body = Body(error: .init(message: reasons.joined(separator: " "), reasons: reasons))
        var response = try context.responseEncoder.encode(body, from: request, context: context)
        response.status = status
        return response
    }
}
