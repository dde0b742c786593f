import AMQPBridge
import Foundation
import ShopEvents
import Testing

@Suite("Who may do what on the broker", .timeLimit(.minutes(1)))
struct RightsTests {
    private func may(_ pattern: String, _ text: String) throws -> Bool {
        // As RabbitMQ: an empty pattern matches nothing, and others match anywhere unless they say otherwise.
        try !pattern.isEmpty && text.contains(Regex(pattern))
    }

    @Test("each service emits what it emits, and nothing else", arguments: ShopService.allCases)
    func emitting(service: ShopService) throws {
        let rights = ShopUser.service(service).rights
        for key in ShopService.allCases.flatMap(\.emits) + [PlaceOrder.routingKey, CancelOrder.routingKey] {
            #expect(try may(rights.topicWrite, key.rawValue) == service.emits.contains(key))
        }
        #expect(try !may(rights.topicWrite, "order.created.more") && !may(rights.topicWrite, "more.order.created"))
        #expect(try may(rights.write, "shop.events") == !service.emits.isEmpty)
        #expect(try !may(rights.write, "shopXevents"), "a dot is a dot")
    }

    @Test("each service has its own names and nobody else's", arguments: ShopService.allCases)
    func ownNames(service: ShopService) throws {
        let rights = ShopUser.service(service).rights
        for other in ShopService.allCases {
            for name in ["in", "rt", "dead", "retry.1s"] {
                let name = "\(other.rawValue).\(name)"
                for pattern in [rights.configure, rights.write, rights.read] {
                    #expect(try may(pattern, name) == (other == service), "\(name) by \(pattern)")
                }
            }
        }
        #expect(try !may(rights.configure, "shop.events") && may(rights.read, "shop.events"))
        #expect(try !may(rights.configure, "x.\(service.rawValue).in") && !may(rights.write, ""))
    }

    @Test("it may bind with the keys it listens to", arguments: ShopService.allCases)
    func listening(service: ShopService) throws {
        let rights = ShopUser.service(service).rights
        for key in ShopService.allCases.flatMap(\.listensTo) {
            #expect(try may(rights.topicRead, key.rawValue) == service.listensTo.contains(key))
        }
    }

    @Test("a program that places orders can do that alone")
    func customer() throws {
        let rights = ShopUser.customer.rights
        #expect(rights.configure.isEmpty && rights.read.isEmpty && rights.topicRead.isEmpty)
        #expect(try may(rights.topicWrite, "order.place") && may(rights.topicWrite, "order.cancel"))
        #expect(try !may(rights.topicWrite, "order.placed") && !may(rights.topicWrite, "order.created"))
    }

    @Test("an event is believed from its emitter, in any version; a command from those who give commands")
    func senders() {
        #expect(ShopUser.maySend("order", OrderCreated.type) && ShopUser.maySend("order", "shop.order.created.v7"))
        #expect(!ShopUser.maySend("inventory", OrderCreated.type) && !ShopUser.maySend(nil, OrderCreated.type))
        #expect(ShopUser.maySend("operator", PlaceOrder.type) && ShopUser.maySend("customer", CancelOrder.type))
        #expect(!ShopUser.maySend("order", PlaceOrder.type) && !ShopUser.maySend("topology", PlaceOrder.type))
        for type: EventType in ["order.created.v1", "shop.order.created", "shop", "", "shop..v1"] {
            #expect(!ShopUser.maySend("order", type))
        }
    }

    @Test("deploy/definitions/rights.json says the same as the code")
    func file() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../deploy/definitions/rights.json")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let wanted = String(decoding: try encoder.encode(BrokerDefinitions(vhost: "shop")), as: UTF8.self) + "\n"
        #expect(
            try String(contentsOf: file, encoding: .utf8) == wanted,
            "make it anew: shop topology rights > deploy/definitions/rights.json")
    }
}
