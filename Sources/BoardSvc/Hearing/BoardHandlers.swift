import AMQPBridge
import Foundation
import Ledger

/// What the board does with what it hears: it writes it down. It never says anything itself.
enum BoardHandlers {
    static func register(on ledger: EventLedger) {
        ledger.on(HeardEvent.self) { event, transaction in
            try hear(event, in: transaction)
            return []
        }
    }

    static func hear(_ event: HeardEvent, in transaction: LedgerTransaction) throws {
        guard let metadata = transaction.event else { return }
        let orderID = orderID(metadata)
        try HeardStore(transaction: transaction).add(metadata, orderID: orderID)
        if let orderID { try OrderBoardStore(transaction: transaction).note(event, metadata, orderID: orderID) }
    }

    /// All events of an order are correlated with it; news about products are with none.
    private static func orderID(_ metadata: EventMetadata) -> String? {
        UUID(uuidString: metadata.correlationID)?.uuidString.lowercased()
    }
}
