import AMQPBridge

/// The rights of all users as RabbitMQ reads them: the vhost, permissions and topic permissions of a definitions file
/// (RabbitMQ, "Definition Export and Import"). The users themselves are not in it, because their passwords are not.
public struct BrokerDefinitions: Encodable, Sendable {
    struct VirtualHost: Encodable, Sendable {
        var name: String
    }

    struct Permission: Encodable, Sendable {
        var user, vhost, configure, write, read: String
    }

    struct TopicPermission: Encodable, Sendable {
        var user, vhost, exchange, write, read: String
    }

    enum CodingKeys: String, CodingKey {
        case vhosts, permissions
        case topicPermissions = "topic_permissions"
    }

    let vhosts: [VirtualHost]
    let permissions: [Permission]
    let topicPermissions: [TopicPermission]

    /// - Parameter vhost: where the shop lives.
    public init(vhost: String) {
        vhosts = [VirtualHost(name: vhost)]
        let users = ShopUser.allCases.map { (name: $0.name, rights: $0.rights) }
        permissions = users.map { name, rights in
            Permission(
                user: name, vhost: vhost, configure: rights.configure, write: rights.write, read: rights.read)
        }
        topicPermissions = users.map { name, rights in
            TopicPermission(
                user: name, vhost: vhost, exchange: ShopTopology.exchange.rawValue, write: rights.topicWrite,
                read: rights.topicRead)
        }
    }
}
