/// What a returned message has in common with its publishing: a `basic.return` carries no tag (AMQP 0-9-1, 1.8.3.10).
///
/// The id alone is not enough: the same event may be on its way to two places, one of which nobody listens to.
struct ReturnKey: Hashable {
    var messageID: String
    var exchange: ExchangeName
    var routingKey: RoutingKey
}
