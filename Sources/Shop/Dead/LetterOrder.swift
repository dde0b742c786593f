import AMQPBridge
import FoundationEssentials

/// Which order a dead letter is about: in this shop an event's subject, the `order_id` in its data, and what it is
/// correlated with are all the order's id.
struct LetterOrder {
    /// The first of them that there is; nil when nothing tells.
    var orderID: String? { names.first }

    private let names: [String]

    init(_ letter: DeadLetter) {
        // Checks the body's size and depth, too.
        let metadata = try? CloudEventsCodec().decodeMetadata(letter.body)
        let content = metadata == nil ? nil : try? JSONDecoder().decode(Content.self, from: Data(letter.body))
        names = [metadata?.subject, content?.data?.orderID, metadata?.correlationID, letter.properties.correlationID]
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
