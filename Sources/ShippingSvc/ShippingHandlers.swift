import AMQPBridge
import Ledger
import ShopEvents

/// What shipping does with what it hears. Each runs inside one transaction.
enum ShippingHandlers {
    static func register(on ledger: EventLedger) {
        ledger.on(InventoryUpdated.self) { event, transaction in try ship(event, in: transaction) }
        ledger.on(OrderCancelRequested.self) { event, transaction in try cancel(event, in: transaction) }
    }

    /// Ships an order once, however often it is told that the stock is there; one that was cancelled, never.
    static func ship(_ event: InventoryUpdated, in transaction: LedgerTransaction) throws -> [any Event] {
        let shipment = Shipment(orderID: event.orderID)
        guard try ShipmentStore(transaction: transaction).insert(shipment) else { return [] }
        return [
            ShippingStarted(
                orderID: event.orderID, customer: event.customer, shipTo: event.shipTo, carrier: shipment.carrier,
                trackingNumber: shipment.trackingNumber, lines: event.lines)
        ]
    }

    /// The point of no return: whether an order is cancelled in time is decided here and nowhere else.
    ///
    /// Always answered, and asked again the same: whoever asks waits for it.
    static func cancel(_ event: OrderCancelRequested, in transaction: LedgerTransaction) throws -> [any Event] {
        switch try ShipmentStore(transaction: transaction).cancel(event.orderID) {
        case .cancelled: [ShippingCancelled(orderID: event.orderID)]
        case .shipped: [ShippingCancelRefused(orderID: event.orderID)]
        }
    }
}
