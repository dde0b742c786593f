/// Where an order stands. Pure: every change goes through `after`, so no order of arrival can lead anywhere else.
enum OrderStatus: String, Codable, CaseIterable, Sendable {
    case placed, confirmed, shipped, rejected, cancelled

    /// What the others report about an order.
    enum News {
        case stockTaken, stockRefused, shipmentStarted, shipmentCancelled, cancellationRefused
    }

    /// The first terminal status wins and stays.
    var isTerminal: Bool { self == .shipped || self == .rejected || self == .cancelled }

    /// The status after the news, or nil when it changes nothing: a duplicate, or overtaken by something later.
    func after(_ news: News) -> OrderStatus? {
        switch (self, news) {
        case (.placed, .stockTaken): .confirmed
        case (.placed, .stockRefused): .rejected
        // The shipment's news may overtake the stock's: they come from two services.
        case (.placed, .shipmentStarted), (.confirmed, .shipmentStarted): .shipped
        case (.placed, .shipmentCancelled), (.confirmed, .shipmentCancelled): .cancelled
        default: nil
        }
    }
}
