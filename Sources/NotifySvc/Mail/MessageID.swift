import AMQPBridge

/// Names a message for good (RFC 5322, 3.6.4): the same event makes the same id, so that whoever gets a message twice
/// can tell.
struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// Whom the messages of an event go to. One event may tell several people.
    enum Recipient: String, Sendable {
        case customer
    }

    /// With its angle brackets.
    let description: String

    /// The message that an event makes for a recipient.
    init(eventID: String, recipient: Recipient) {
        description = "<\(Self.escaped(eventID))+\(recipient.rawValue)@\(Self.domain)>"
    }

    /// What all messages about an order refer to. No message has this id itself: a later one cannot know the id of
    /// the first, and readers group by common references all the same.
    init(threadOfOrder orderID: String) {
        description = "<order+\(Self.escaped(orderID))@\(Self.domain)>"
    }

    /// Reserved by RFC 2606, so it is nobody's.
    private static let domain = "shop.example"

    /// Keeps letters, digits and hyphens, and writes all other bytes as `%` and two hexadecimal digits, so that the
    /// result is always a part of a dot-atom and two ids never become one.
    private static func escaped(_ id: String) -> String {
        var text = ""
        for byte in id.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%" + QuotedPrintable.escape(byte).dropFirst()
            }
        }
        return text
    }

    /// 32 hexadecimal digits that are the same in every process and release. Ids are made by the shop's own services (UUIDv7),
    /// so nobody outside picks them to collide.
    var stableHash: String { StableHash.of(description).hexadecimal }
}
