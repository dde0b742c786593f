/// How much of what an order asks for.
public struct OrderLine: Codable, Hashable, Sendable {
    public var sku: String
    /// 1 to 10,000 in a valid order.
    public var quantity: Int
    /// In minor units of the order's currency.
    public var unitPrice: Int

    public init(sku: String, quantity: Int, unitPrice: Int = 0) {
        self.sku = sku
        self.quantity = quantity
        self.unitPrice = unitPrice
    }

    enum CodingKeys: String, CodingKey {
        case sku, quantity
        case unitPrice = "unit_price"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        sku = try fields.decode(String.self, forKey: .sku)
        quantity = try fields.decode(Int.self, forKey: .quantity)
        unitPrice = try fields.decodeIfPresent(Int.self, forKey: .unitPrice) ?? 0
    }
}

/// Who ordered.
public struct Customer: Codable, Hashable, Sendable {
    public var name: String
    public var email: String

    public init(name: String, email: String) {
        self.name = name
        self.email = email
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decodeIfPresent(String.self, forKey: .name) ?? ""
        email = try fields.decode(String.self, forKey: .email)
    }
}
