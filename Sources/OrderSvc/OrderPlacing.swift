import AMQPBridge
import Ledger
import ShopEvents

/// Placing an order, by whichever door it comes.
enum OrderPlacing {
    /// What became of the command.
    enum Outcome {
        /// It was stored; these events tell of it.
        case stored([any Event])
        /// The same order stood already, and nothing was changed.
        case known

        var events: [any Event] {
            switch self {
            case .stored(let events): events
            case .known: []
            }
        }
    }

    /// The same id was placed already with another body.
    struct AnotherBody: ClassifiedError, CustomStringConvertible {
        var orderID: String
        var failureClass: FailureClass { .permanent }
        var description: String { "order \(orderID) was placed already with other contents; nothing was changed" }
    }

    /// Stores a new order. The same command again changes nothing; the same id with another body is refused. An order
    /// whose cancellation came first stays cancelled: only its customer, who is known now, is still told so.
    ///
    /// - Parameter metadata: who says so, for the order's story.
    /// - Throws: `OrderRules.Unanswerable`, `AnotherBody`.
    static func place(
        _ command: PlaceOrder, heard metadata: EventMetadata?, in transaction: LedgerTransaction
    ) throws -> Outcome {
        try OrderRules.checkAnswerable(command)
        var command = command
        command.orderID = command.orderID.lowercased()
        let store = OrderStore(transaction: transaction)
        let known = try store.find(command.orderID)
        let (status, outcome) = try known.map { try meet($0, command, in: store) } ?? create(command, in: store)
        try store.append(to: command.orderID, status: status, event: PlaceOrder.routingKey, metadata, at: .now)
        return outcome
    }

    private static func create(_ command: PlaceOrder, in store: OrderStore) throws -> (OrderStatus, Outcome) {
        let faults = OrderRules.faults(of: command)
        let status: OrderStatus = faults.isEmpty ? .placed : .rejected
        try store.insert(command, status: status, reasons: faults, at: .now)
        return (status, .stored(faults.isEmpty ? [command.created] : [command.rejected(faults)]))
    }

    private static func meet(
        _ order: Order, _ command: PlaceOrder, in store: OrderStore
    ) throws -> (OrderStatus, Outcome) {
        if let known = try store.request(of: order.id) {
            guard known == (try OrderStore.canonical(command)) else { throw AnotherBody(orderID: order.id) }
            return (order.status, .known)
        }
        try store.fillTombstone(with: command, at: .now)
        let told = OrderCancelled(
            orderID: order.id, customer: command.addressee, reason: order.cancelReason ?? "")
        return (order.status, .stored([told]))
    }
}

extension PlaceOrder {
    fileprivate var created: OrderCreated {
        OrderCreated(orderID: orderID, customer: customer, shipTo: shipTo, currency: currency, lines: lines)
    }

    fileprivate func rejected(_ reasons: [String]) -> OrderRejected {
        OrderRejected(orderID: orderID, customer: addressee, reasons: reasons)
    }

    /// Whom to write to: a name that cannot be used must not reach a mail header either.
    fileprivate var addressee: Customer {
        Customer(name: OrderRules.isName(customer.name) ? customer.name : "", email: customer.email)
    }
}
