/// A product's stock as the inventory service tells it, and as `--json` passes it on.
struct StockRow: Codable, Equatable, Sendable {
    var sku: String
    /// What is there to be ordered.
    var onHand: Int
    /// What orders took and did not give back.
    var taken: Int
    /// Where it counts as low: fewer on hand are worth an event.
    var lowBelow: Int?

    enum CodingKeys: String, CodingKey {
        case sku, taken
        case onHand = "on_hand"
        case lowBelow = "low_below"
    }

    /// Where the service keeps it.
    static func path(_ sku: String) -> String { "/stock/" + PathSegment.encoded(sku) }

    static func print(_ rows: [StockRow], isJSON: Bool) throws {
        if isJSON { return try Output.json(rows) }
        var table = Table(.init("SKU"), .init("ON HAND", .right), .init("TAKEN", .right), .init("LOW BELOW", .right))
        for row in rows {
            table.add(row.sku, "\(row.onHand)", "\(row.taken)", row.lowBelow.map { "\($0)" } ?? "-")
        }
        Output.lines(rows.isEmpty ? ["no products"] : table.lines(.stdout))
    }
}

struct StockList: Decodable, Sendable {
    var stock: [StockRow]
}

struct StockChange: Encodable, Sendable {
    var onHand: Int
    /// Nil: the service's own words.
    var reason: String?
    /// Nil: as it was.
    var lowBelow: Int?

    enum CodingKeys: String, CodingKey {
        case reason
        case onHand = "on_hand"
        case lowBelow = "low_below"
    }
}
