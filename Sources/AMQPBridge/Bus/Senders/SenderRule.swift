/// Who may send what: from which of the broker's users a service believes events of a type.
///
/// It goes by `user_id`, which the broker holds against the login of whoever publishes (RabbitMQ, "Validated User-ID"), so
/// nobody can claim to be another. It makes sense where each service has a user of its own, and is needed there beside
/// topic permissions: those look at the routing key, and neither at the event in the body nor, before RabbitMQ 4.0, at the
/// other keys that a `CC` or `BCC` header names.
///
/// What breaks the rule is a dead letter at once, with the reason.
public struct SenderRule: Sendable {
    private let maySend: @Sendable (_ user: String?, _ type: EventType) -> Bool

    /// - Parameter maySend: whether events of this type are believed from this user, or from somebody who does not say
    ///   who it is (nil). Asked once a delivery.
    public init(_ maySend: @escaping @Sendable (_ user: String?, _ type: EventType) -> Bool) {
        self.maySend = maySend
    }

    /// - Parameters:
    ///   - user: who sent it first; nil when it does not say.
    ///   - key: what it was published with first.
    ///   - expectedKey: what events of its type are published with; nil when any will do.
    /// - Throws: `senderRefused`.
    func check(
        user: String?, type: EventType, key: RoutingKey, expectedKey: RoutingKey?
    ) throws(AMQPError) {
        guard maySend(user, type) else {
            let reason =
                user.map { "user '\($0)' may not send events of type '\(type)'" }
                ?? "an event of type '\(type)' without user_id; publish it with that of the user you log in as"
            throw AMQPError(.senderRefused, reason)
        }
        guard let expectedKey, key != expectedKey else { return }
        throw AMQPError(
            .senderRefused, "an event of type '\(type)' came with routing key '\(key)'; it belongs to '\(expectedKey)'")
    }
}

extension AMQPError.Code {
    /// A received event came from somebody who may not send it, or past the keys that it belongs to.
    public static let senderRefused = AMQPError.Code("sender_refused")
}

extension Delivery {
    /// Copies to other keys are refused from whomever: the sender's permission for those was never asked. `BCC` does the
    /// same and is gone before anybody can see it; ``SenderRule`` notices the key that does not belong.
    ///
    /// - Throws: `senderRefused`.
    func checkSingleKey() throws(AMQPError) {
        guard !properties.headers.isEmpty, properties.headers["CC"] != nil else { return }
        throw AMQPError(
            .senderRefused, "it carries a CC header, which goes past the sender's permissions; publish it once a key")
    }
}
