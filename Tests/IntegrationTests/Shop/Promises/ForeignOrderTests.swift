import Foundation
import ShopRunning
import Testing

extension WholeShop {
    /// The contract is all that others need: no library of ours on either side.
    @Suite("Foreign clients", .shop, .serialized, .timeLimit(.minutes(2)))
    struct Foreign {
        private static let lines = #"[{"sku": "MUG", "quantity": 2, "unit_price": 1999}]"#

        @Test("A command written by hand is an order, with the AMQP type or without", arguments: [true, false])
        func byHand(withType: Bool) async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=10")
            let id = UUID().uuidString.lowercased()
            var message = ForeignMessage(ForeignClient.event(ForeignClient.order(id, lines: Self.lines), subject: id))
            message.type = withType ? "shop.order.place.v1" : nil
            try await ForeignClient.publish(message, to: shop.brokerURL)
            try await shop.waitUntilShipped([id])
            let mail = try #require(try shop.mails(of: id).first { $0.eventType == "order.created" })
            #expect(mail.body.contains("39.98"))
        }

        @Test("The least that is needed: id, e-mail and a line")
        func least() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("PIN=10")
            let id = UUID().uuidString
            let data =
                #"{"order_id": "\#(id)", "customer": {"email": "b@example.org"}, "#
                + #""lines": [{"sku": "PIN", "quantity": 1}]}"#
            let event =
                #"{"specversion": "1.0", "id": "1", "source": "/x", "type": "shop.order.place.v1", "data": \#(data)}"#
            var message = ForeignMessage(event)
            message.contentType = nil
            message.messageId = nil
            try await ForeignClient.publish(message, to: shop.brokerURL)
            try await shop.waitUntilShipped([id.lowercased()])
        }

        @Test("amqp-publish of amqp-tools places an order")
        func amqpTools() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("CAP=10")
            let id = UUID().uuidString.lowercased()
            let event = ForeignClient.event(
                ForeignClient.order(id, lines: #"[{"sku": "CAP", "quantity": 1}]"#), subject: id)
            let tool = Command(
                executable: URL(filePath: "/usr/bin/amqp-publish"),
                arguments: ["--url=\(shop.brokerURL)", "-e", "shop.events", "-r", "order.place", "-p", "-b", event])
            _ = try await tool.run().checked()
            try await shop.waitUntilShipped([id])
        }
    }
}
