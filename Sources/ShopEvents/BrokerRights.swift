import AMQPBridge

/// What a user may do in the shop's vhost: RabbitMQ's permissions and topic permissions, regular expressions over names
/// and keys. An empty one matches nothing.
public struct BrokerRights: Hashable, Sendable {
    /// Names of exchanges and queues it may declare and delete.
    public var configure: String
    /// Exchanges it may publish to, and queues it may bind.
    public var write: String
    /// Queues it may consume from, and exchanges it may bind to.
    public var read: String
    /// Routing keys it may publish to ``ShopTopology/exchange`` with.
    public var topicWrite: String
    /// Binding keys it may bind to that exchange with.
    public var topicRead: String
}

extension ShopUser {
    /// A queue with a name of the broker's choice, which goes with its connection.
    private static let ownQueues = #"amq\.gen-.*"#

    /// As little as it needs.
    public var rights: BrokerRights {
        let events = Self.escaped(ShopTopology.exchange.rawValue)
        let topicWrite = Self.keys(sends)
        switch self {
        case .service(let service):
            let own = "\(Self.escaped(service.rawValue))\\..+"
            return BrokerRights(
                configure: Self.anyOf([own]), write: Self.anyOf(service.emits.isEmpty ? [own] : [events, own]),
                read: Self.anyOf([events, own]), topicWrite: topicWrite,
                topicRead: Self.keys(service.listensTo))
        case .operator:
            // To look at a queue takes any right on it (RabbitMQ 4.2.7 and later); to write, which for a queue means to
            // bind it, is the least.
            return BrokerRights(
                configure: Self.anyOf([Self.ownQueues]),
                write: Self.anyOf([events, Self.ofAnyService(".+"), Self.ownQueues]),
                read: Self.anyOf([events, Self.ofAnyService("dead"), Self.ownQueues]), topicWrite: topicWrite,
                topicRead: "^#$")
        case .topology:
            let all = Self.ofAnyService(".+")
            return BrokerRights(
                configure: Self.anyOf([events, all]), write: Self.anyOf([all]), read: Self.anyOf([events, all]),
                topicWrite: topicWrite, topicRead: Self.keys(Set(ShopService.allCases.flatMap(\.listensTo))))
        case .customer:
            return BrokerRights(
                configure: "", write: Self.anyOf([events]), read: "", topicWrite: topicWrite, topicRead: "")
        }
    }

    private static func keys(_ keys: some Sequence<RoutingKey>) -> String {
        anyOf(keys.map { escaped($0.rawValue) }.sorted())
    }

    /// - Parameter name: what comes after the service's name and a dot, as a regular expression.
    private static func ofAnyService(_ name: String) -> String {
        let services = ShopService.allCases.map { escaped($0.rawValue) }.joined(separator: "|")
        return "(\(services))\\.\(name)"
    }

    private static func anyOf(_ patterns: [String]) -> String {
        switch patterns.count {
        case 0: ""
        case 1: "^\(patterns[0])$"
        default: "^(\(patterns.joined(separator: "|")))$"
        }
    }

    private static func escaped(_ name: String) -> String {
        name.map { $0.isLetter || $0.isNumber || $0 == "_" ? "\($0)" : "\\\($0)" }.joined()
    }
}
