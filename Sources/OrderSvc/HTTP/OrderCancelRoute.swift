import AMQPBridge
import Hummingbird
import Ledger
import ServiceHost
import ShopEvents

/// `POST /orders/{id}/cancel`: a wish, as `order.cancel` is. Whether it comes in time only Shipping can say.
enum OrderCancelRoute {
    private struct Wish: Decodable {
        var reason: String?
    }

    /// 202 with the order's address when the wish is stored, now or before; 404 for an order that has not come here, 409 for
    /// one that is shipped or rejected, 422 for a reason that cannot be passed on.
    static func add(to orders: RouterGroup<ServiceRequestContext>, over ledger: EventLedger) {
        orders.post(":id/cancel") { request, context in
            let id = try OrderRoutes.orderID(context)
            let body = try await RequestJSON.bytes(of: request)
            let wish = body.isEmpty ? Wish() : try RequestJSON.decode(Wish.self, body)
            try await cancel(id, wish.reason ?? "", over: ledger)
            return OrderAccepted(id)
        }
    }

    private static func cancel(_ id: String, _ reason: String, over ledger: EventLedger) async throws {
        let command = CancelOrder(orderID: id, reason: reason)
        let metadata = OrderDoor.metadata(of: CancelOrder.type, about: id)
        do {
            try await ledger.write { transaction in
                guard let order = try OrderStore(transaction: transaction).find(id) else {
                    throw OrderRoutes.unknown(id)
                }
                guard !order.status.isTerminal || order.status == .cancelled else {
                    throw Problem(
                        .conflict, "order \(id) is \(order.status.rawValue), and nothing can be cancelled any more")
                }
                let events = try OrderCancelling.cancel(command, heard: metadata, in: transaction)
                try transaction.record(EventContext(metadata: metadata, routingKey: CancelOrder.routingKey), .handled)
                for event in events { try transaction.emit(event, causedBy: metadata) }
            }
        } catch let error as OrderRules.Unanswerable {
            throw Problem(.unprocessableContent, "\(error)")
        }
    }
}
