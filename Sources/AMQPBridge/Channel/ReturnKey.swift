/// What a returned message has in common with its publishing: a `basic.return` carries no tag (AMQP 0-9-1, 1.8.3.10).
///
/// The id alone is not enough: the same event may be on its way to two places, one of which nobody listens to. Only a
/// 64-bit hash is kept (SipHash, seeded anew in every process), because every publishing has one and few are returned.
package struct ReturnKey: Hashable {
    private let hash: Int

    package init(messageID: String, exchange: ExchangeName, routingKey: RoutingKey) {
        var hasher = Hasher()
        hasher.combine(messageID)
        hasher.combine(exchange)
        hasher.combine(routingKey)
        hash = hasher.finalize()
    }
}
