import AMQPBridge
import Foundation
import Hummingbird
import Ledger
import ServiceHost

/// The inventory's admin routes: looking at the stock and setting it.
enum StockRoutes {
    private static let shownAdjustments = 100

    static func add(to router: Router<ServiceRequestContext>, over ledger: EventLedger) {
        router.get("/stock") { _, _ in
            StockList(stock: try await ledger.read { try StockStore(transaction: $0).list() }.map(StockView.init))
        }
        router.put("/stock/:sku") { request, context in
            let sku = try sku(context.parameters.require("sku"))
            let setting = try RequestJSON.decode(StockSetting.self, try await RequestJSON.bytes(of: request))
            try setting.check()
            return StockView(try await set(sku, setting, over: ledger))
        }
        router.get("/stock/:sku/adjustments") { _, context in
            let sku = try sku(context.parameters.require("sku"))
            let adjustments = try await ledger.read { transaction in
                let store = StockStore(transaction: transaction)
                return try store.find(sku) == nil ? nil : store.adjustments(of: sku, limit: shownAdjustments)
            }
            guard let adjustments else { throw Problem(.notFound, "there is no product \(sku)") }
            return AdjustmentList(adjustments: adjustments.map(AdjustmentView.init))
        }
    }

    /// By hand a product can become low, too.
    private static func set(
        _ sku: String, _ setting: StockSetting, over ledger: EventLedger
    ) async throws -> StockStore.Item {
        try await ledger.write { transaction in
            let store = StockStore(transaction: transaction)
            let before = try store.find(sku)
            let after = try store.set(
                sku, onHand: setting.onHand, lowBelow: setting.lowBelow,
                reason: setting.reason ?? StockSetting.defaultReason)
            if let warning = StockRules.warning(from: before, to: after) { try transaction.emit(warning) }
            return after
        }
    }

    private static func sku(_ parameter: String) throws -> String {
        guard let sku = parameter.removingPercentEncoding, !sku.isEmpty, StockSetting.isPlainText(sku, maxBytes: 64)
        else {
            throw Problem(.badRequest, "that is not a SKU of 1 to 64 bytes")
        }
        return sku
    }
}
