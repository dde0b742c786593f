import AMQPBridge
import Ledger
import ShopEvents

/// Wishing for an order's end, by whichever door the wish comes.
enum OrderCancelling {
    /// Asks Shipping, which alone can say whether it is in time; an order that has not come yet is cancelled at once.
    ///
    /// - Parameter metadata: who says so, for the order's story.
    /// - Returns: what is to be told.
    /// - Throws: `OrderRules.Unanswerable`.
    static func cancel(
        _ command: CancelOrder, heard metadata: EventMetadata?, in transaction: LedgerTransaction
    ) throws -> [any Event] {
        try OrderRules.check(command)
        let id = command.orderID.lowercased()
        let store = OrderStore(transaction: transaction)
        let now = RFC3339Time.now
        guard var order = try store.find(id) else {
            try store.insertTombstone(id, reason: command.reason, at: now)
            try store.append(to: id, status: .cancelled, event: CancelOrder.routingKey, metadata, at: now)
            return [OrderCancelled(orderID: id, customer: nil, reason: command.reason)]
        }
        let isFirst = !order.status.isTerminal && order.cancelReason == nil
        if isFirst {
            order.cancelReason = command.reason
            try store.update(order, at: now)
        }
        try store.append(to: id, status: order.status, event: CancelOrder.routingKey, metadata, at: now)
        return isFirst ? [OrderCancelRequested(orderID: id)] : []
    }
}
