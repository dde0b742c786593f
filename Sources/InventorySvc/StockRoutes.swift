import Foundation
import Hummingbird
import Ledger

/// The inventory's admin routes: looking at the stock and setting it.
enum StockRoutes {
    private static let maxOnHand = 1_000_000_000

    static func add(to router: Router<BasicRequestContext>, over ledger: EventLedger) {
        router.get("/stock") { _, _ in
            StockList(stock: try await ledger.read { try StockStore(transaction: $0).list() }.map(StockView.init))
        }
        router.put("/stock/:sku") { request, context in
            let sku = try sku(context.parameters.require("sku"))
            let wanted = try await request.decode(as: StockSetting.self, context: context)
            guard (0...maxOnHand).contains(wanted.onHand) else {
                throw HTTPError(.badRequest, message: "on_hand must be a number from 0 to \(maxOnHand)")
            }
            let item = try await ledger.write { transaction in
                try StockStore(transaction: transaction).set(sku, onHand: wanted.onHand, reason: "set by hand")
            }
            return StockView(item)
        }
    }

    private static func sku(_ parameter: String) throws -> String {
        guard let sku = parameter.removingPercentEncoding, !sku.isEmpty, sku.utf8.count <= 64,
            sku.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw HTTPError(.badRequest, message: "that is not a SKU of 1 to 64 bytes") }
        return sku
    }
}

struct StockSetting: Decodable {
    var onHand: Int

    enum CodingKeys: String, CodingKey {
        case onHand = "on_hand"
    }
}

struct StockList: ResponseEncodable {
    var stock: [StockView]
}

struct StockView: ResponseEncodable {
    var sku: String
    var onHand: Int
    var taken: Int

    enum CodingKeys: String, CodingKey {
        case sku, taken
        case onHand = "on_hand"
    }

    init(_ item: StockStore.Item) {
        sku = item.sku
        onHand = item.onHand
        taken = item.taken
    }
}
