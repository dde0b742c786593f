import AMQPBridge
import Ledger
import ShopEvents

/// What shipping does with what it hears. Each runs inside one transaction.
enum ShippingHandlers {
    static func register(on ledger: EventLedger) {
        ledger.on(InventoryUpdated.self) { event, transaction in try ship(event, in: transaction) }
    }

    /// Ships an order once, however often it is told that the stock is there.
    static func ship(_ event: InventoryUpdated, in transaction: LedgerTransaction) throws -> [any Event] {
        let shipment = Shipment(orderID: event.orderID)
        guard try ShipmentStore(transaction: transaction).insert(shipment) else { return [] }
        return [
            ShippingStarted(
                orderID: event.orderID, customer: event.customer, shipTo: event.shipTo, carrier: shipment.carrier,
                trackingNumber: shipment.trackingNumber, lines: event.lines)
        ]
    }
}
