import Foundation

@testable import AMQPBridge

/// An event with a field of each kind.
struct ParcelSent: Event, Hashable {
    static let type: EventType = "test.parcel.sent.v1"
    static let routingKey: RoutingKey = "parcel.sent"

    var parcelID: String
    var weight: Int
    var stops: [String] = []
    var note: String?

    var subject: String { parcelID }

    enum CodingKeys: String, CodingKey {
        case parcelID = "parcel_id"
        case weight, stops, note
    }
}

/// An event nobody needs to listen to.
struct ParcelSeen: Event, Hashable {
    static let type: EventType = "test.parcel.seen.v1"
    static let routingKey: RoutingKey = "parcel.seen"
    static let audience = Audience.optional

    var parcelID: String

    var subject: String { parcelID }

    enum CodingKeys: String, CodingKey {
        case parcelID = "parcel_id"
    }
}

enum Events {
    static let types: [EventType: any Event.Type] = [
        ParcelSent.type: ParcelSent.self, ParcelSeen.type: ParcelSeen.self,
    ]
    static let parcel = ParcelSent(parcelID: "p-1", weight: 250, stops: ["Łódź", "東京", "a \"b\" \\ /"], note: "🎁")

    static let metadata = EventMetadata(
        id: "0199c1c0-5a00-7000-8000-0123456789ab", source: "/test/depot", type: ParcelSent.type, subject: "p-1",
        time: RFC3339Time(milliseconds: 1_769_848_200_250),
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", correlationID: "c-1", causationID: "e-0"
    )

    /// A whole event, as a client in another language would write it.
    static var attributes: [String: Any] {
        [
            "specversion": "1.0", "id": metadata.id, "source": metadata.source, "type": ParcelSent.type.rawValue,
            "subject": metadata.subject, "time": metadata.time.description, "datacontenttype": "application/json",
            "traceparent": metadata.traceparent ?? "", "correlationid": metadata.correlationID, "causationid": "e-0",
            "data": ["parcel_id": "p-1", "weight": 250, "stops": ["a"]] as [String: Any],
        ]
    }

    static func json(_ object: Any) throws -> [UInt8] {
        [UInt8](try JSONSerialization.data(withJSONObject: object, options: .fragmentsAllowed))
    }

    static func decode(_ body: [UInt8]) throws -> (metadata: EventMetadata, event: ParcelSent?) {
        let (metadata, event) = try CloudEventsCodec().decode(body, as: types)
        return (metadata, event as? ParcelSent)
    }

    /// What decoding says against it; nil when it is a valid event.
    static func refusal(_ body: [UInt8]) throws -> AMQPError? {
        do {
            _ = try CloudEventsCodec().decode(body, as: types)
            return nil
        } catch let error as AMQPError {
            return error
        }
    }

    static func refusal(changing name: String, to value: Any?) throws -> AMQPError? {
        var changed = attributes
        changed[name] = value
        return try refusal(json(changed))
    }
}
