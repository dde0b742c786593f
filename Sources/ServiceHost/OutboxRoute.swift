import Hummingbird
import Ledger

/// `POST /outbox/:event_id/unpark`: sends a parked event again, as it is.
enum OutboxRoute {
    struct Answer: ResponseEncodable {
        var eventID: String
        var done: Bool

        enum CodingKeys: String, CodingKey {
            case eventID = "event_id"
            case done
        }
    }

    static func add(to router: Router<ServiceRequestContext>, changing ledger: EventLedger) {
        router.post("/outbox/:event_id/unpark") { _, context in
            let id = try context.parameters.require("event_id")
            guard try await ledger.unpark(id) else {
                throw Problem(.notFound, "no event with this id is parked here")
            }
            return Answer(eventID: id, done: true)
        }
    }
}
