import AMQPBridge
import Measure
import ShopEvents

/// An order as customers place it: three lines, about 600 bytes as an event.
enum Sample {
    static func created(_ orderID: String) -> OrderCreated {
        OrderCreated(
            orderID: orderID, customer: Customer(name: "Ada Example", email: "ada@example.com"),
            shipTo: "12 Long Street, 12345 Somewhere", currency: "EUR",
            lines: [
                OrderLine(sku: "MUG-WHITE", quantity: 2, unitPrice: 1999),
                OrderLine(sku: "PEN-BLUE", quantity: 10, unitPrice: 149),
                OrderLine(sku: "CAP-GREEN", quantity: 1, unitPrice: 2450),
            ])
    }

    /// What a bus would give such an event.
    static func metadata(_ event: some Event) -> EventMetadata {
        EventMetadata(
            source: "/shop/order", type: type(of: event).type, subject: event.subject, correlationID: event.subject,
            causationID: UUIDv7().description)
    }
}

struct EnvelopeWork: Sendable {
    private let codec = CloudEventsCodec()
    private let event = Sample.created(UUIDv7().description)
    private let metadata: EventMetadata
    private let body: [UInt8]
    private let types: [EventType: any Event.Type] = [
        OrderCreated.type: OrderCreated.self, InventoryUpdated.type: InventoryUpdated.self,
    ]

    init() throws {
        metadata = Sample.metadata(event)
        body = try codec.encode(event, metadata)
    }

    @Sendable func encode(_ count: Int) throws {
        for _ in 0..<count {
            guard try codec.encode(event, metadata).count == body.count else {
                throw Wrong(description: "the same event has another size")
            }
        }
    }

    @Sendable func decode(_ count: Int) throws {
        for _ in 0..<count {
            guard try codec.decode(body, as: types).1 as? OrderCreated == event else {
                throw Wrong(description: "another event was read than written")
            }
        }
    }
}
