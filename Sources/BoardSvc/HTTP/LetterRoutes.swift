import AMQPBridge
import Foundation
import Hummingbird
import Logging
import ServiceHost
import ShopEvents

/// `POST /api/letters/{service}/{event_id}/replay` and `…/discard`: what an operator may do about a dead letter.
enum LetterRoutes {
    /// Requests a second and client: enough for clicking, and not for guessing.
    private static let rate = 10

    private struct Answer: ResponseEncodable {
        /// Letters that are gone.
        var done: Int
        /// Why others are still there.
        var failures: [String]
    }

    static func add(to router: Router<ServiceRequestContext>, over desk: LetterDesk, token: OperatorToken?) {
        let letters = router.group("/api/letters")
            .add(middleware: RateLimitMiddleware(rate: rate)).add(middleware: OperatorOnly(token: token))
        for fate in [LetterDesk.Fate.replay, .discard] {
            letters.post(":service/:event_id/\(fate.rawValue)") { _, context in
                let (service, eventID) = try letter(context)
                guard let results = try await settle(eventID, of: service, fate, at: desk) else {
                    throw Problem(.notFound, "\(service) has no dead letter \(eventID.prefix(64))")
                }
                context.logger.info(
                    "Dead letter settled",
                    metadata: [
                        "service": "\(service)", "event_id": "\(eventID)", "fate": "\(fate)",
                        "done": "\(results.count(where: \.isDone))",
                    ])
                return Answer(
                    done: results.count(where: \.isDone), failures: results.compactMap { $0.failure?.message })
            }
        }
    }

    private static func letter(_ context: ServiceRequestContext) throws -> (ShopService, eventID: String) {
        guard let service = ShopService(rawValue: try context.parameters.require("service")) else {
            throw Problem(.notFound, "there is no such service")
        }
        guard let eventID = try context.parameters.require("event_id").removingPercentEncoding, !eventID.isEmpty else {
            throw Problem(.badRequest, "the event's id in the path is not percent-encoded UTF-8")
        }
        return (service, eventID)
    }

    private static func settle(
        _ eventID: String, of service: ShopService, _ fate: LetterDesk.Fate, at desk: LetterDesk
    ) async throws -> [DeadLetterResult]? {
        do {
            return try await desk.settle(eventID, of: service, fate)
        } catch let error as AMQPError {
            throw Problem(
                error.code == .resourceLocked ? .conflict : .serviceUnavailable, error.message, retryAfter: 5)
        }
    }
}
