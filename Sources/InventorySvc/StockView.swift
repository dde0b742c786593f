import AMQPBridge
import Hummingbird

struct StockList: ResponseEncodable {
    var stock: [StockView]
}

/// A product as the admin port shows it.
struct StockView: ResponseEncodable {
    var sku: String
    var onHand: Int
    var taken: Int
    var lowBelow: Int

    enum CodingKeys: String, CodingKey {
        case sku, taken
        case onHand = "on_hand"
        case lowBelow = "low_below"
    }

    init(_ item: StockStore.Item) {
        sku = item.sku
        onHand = item.onHand
        taken = item.taken
        lowBelow = item.lowBelow
    }
}

struct AdjustmentList: ResponseEncodable {
    var adjustments: [AdjustmentView]
}

/// A change by hand as the admin port shows it.
struct AdjustmentView: ResponseEncodable {
    var amount: Int
    var reason: String
    var time: String

    init(_ adjustment: StockStore.Adjustment) {
        amount = adjustment.amount
        reason = adjustment.reason
        time = RFC3339Time(milliseconds: adjustment.time).description
    }
}
