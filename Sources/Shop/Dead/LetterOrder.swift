import AMQPBridge
import FoundationEssentials

/// Which order a dead letter is about: in this shop the `order_id` in an event's data, its subject, and what it is
/// correlated with are all the order's id. Who writes by hand may leave any of them out, or have something else there.
struct LetterOrder {
    /// The first of them that is an order's id; nil when none is.
    var orderID: String? { names.first { OrderID.canonical($0) != nil } }

    private let names: [String]

    init(_ letter: DeadLetter) {
        // Checks the body's size and depth, too.
        let metadata = try? CloudEventsCodec().decodeMetadata(letter.body)
        let content = metadata == nil ? nil : try? JSONDecoder().decode(Content.self, from: Data(letter.body))
        names = [content?.data?.orderID, metadata?.subject, metadata?.correlationID, letter.properties.correlationID]
            .compactMap(\.self).filter { !$0.isEmpty }.map { $0.lowercased() }
    }

    /// - Parameter orderID: in lower case.
    func isAbout(_ orderID: String) -> Bool { names.contains(orderID) }

    private struct Content: Decodable {
        struct Named: Decodable {
            var orderID: String?
            enum CodingKeys: String, CodingKey { case orderID = "order_id" }
        }
        var data: Named?
    }
}
