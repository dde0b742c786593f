import Foundation
import ShopRunning
import Testing

extension WholeShop.Foreign {
    @Test("A foreign consumer reads our events: CloudEvents attributes, and each names its cause")
    func attributes() async throws {
        let shop = try ShopFixture.current()
        try await shop.setStock("BAG=10")
        try await ForeignListener.with(shop.brokerURL) { listener in
            let id = try #require(try await shop.place("BAG=1").first)
            let events = try await listener.events(of: id, count: 4)
            let sources = [
                "order.place": "/shop/cli", "order.created": "/shop/order", "inventory.updated": "/shop/inventory",
                "shipping.started": "/shop/shipping",
            ]
            #expect(events.mapValues(\.event.source) == sources)
            for (key, heard) in events { try check(heard, key: key, orderID: id) }
            let chain = ["order.place", "order.created", "inventory.updated", "shipping.started"]
            #expect(events["order.place"]?.event.causationid == nil)
            for (cause, effect) in zip(chain, chain.dropFirst()) {
                #expect(events[effect]?.event.causationid == events[cause]?.event.id, "\(effect) after \(cause)")
            }
        }
    }

    @Test("The events of a rejection name their causes as well")
    func rejection() async throws {
        let shop = try ShopFixture.current()
        try await ForeignListener.with(shop.brokerURL) { listener in
            let id = try #require(try await shop.place("NOBODYHASTHIS=1").first)
            let events = try await listener.events(of: id, count: 4)
            for (key, heard) in events { try check(heard, key: key, orderID: id) }
            #expect(events["inventory.rejected"]?.event.causationid == events["order.created"]?.event.id)
            #expect(events["order.rejected"]?.event.causationid == events["inventory.rejected"]?.event.id)
        }
    }

    private func check(_ heard: HeardEvent, key: String, orderID: String) throws {
        let event = heard.event
        #expect(event.specversion == "1.0")
        #expect(event.type == "shop.\(key).v1")
        #expect(event.subject == orderID)
        #expect(event.correlationid == orderID)
        #expect(event.datacontenttype == "application/json")
        let hex = "[0-9a-f]"
        let version7 = try Regex("\(hex){8}-\(hex){4}-7\(hex){3}-[89ab]\(hex){3}-\(hex){12}")
        #expect(event.id.wholeMatch(of: version7) != nil, "\(event.id) is no UUIDv7")
        #expect(event.time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil, "\(event.time)")

        let properties = heard.properties
        #expect(properties.messageId == event.id)
        #expect(properties.correlationId == orderID)
        #expect(properties.type == event.type)
        #expect(properties.appId == event.source)
        #expect(properties.contentType == "application/cloudevents+json")
        #expect(properties.deliveryMode == 2)
        let age = Int(Date.now.timeIntervalSince1970) - (properties.timestamp ?? 0)
        #expect((-5...300).contains(age), "sent \(age) seconds ago")
    }
}
