import AMQPBridge
import Foundation
import Hummingbird
import Ledger
import ServiceHost
import ShopEvents

/// `GET /api/orders/{id}`: an order's whole way, put together of what every service says it did with its events.
enum StoryRoute {
    private struct Story: ResponseEncodable, Sendable {
        /// As the board knows it; nil when it does not, or not any more.
        var order: OrderBoardStore.Item?
        var traces: [TraceReport]
        /// Whose part is not there, and why.
        var missing: [Missing]
    }

    private struct Missing: Encodable, Sendable {
        var service: String
        var reason: String
    }

    static func add(
        to router: Router<ServiceRequestContext>, over ledger: EventLedger, asking doors: [ShopService: ServiceDoor]
    ) {
        router.get("/api/orders/:id") { _, context in
            guard let id = UUID(uuidString: try context.parameters.require("id"))?.uuidString.lowercased() else {
                throw Problem(.badRequest, "an order's id is a UUID")
            }
            async let order = ledger.read { try OrderBoardStore(transaction: $0).find(id) }
            let (traces, missing) = await reports(of: id, from: doors)
            let story = Story(order: try await order, traces: traces, missing: missing)
            if story.order == nil, traces.allSatisfy({ $0.entries.isEmpty && $0.waiting.isEmpty }), missing.isEmpty {
                throw Problem(.notFound, "nobody knows order \(id); one just placed may still be in its queue")
            }
            return story
        }
    }

    private static func reports(
        of id: String, from doors: [ShopService: ServiceDoor]
    ) async -> (traces: [TraceReport], missing: [Missing]) {
        await withTaskGroup(of: (ShopService, Result<TraceReport, ServiceDoor.Failure>).self) { group in
            for service in ShopService.workers {
                guard let door = doors[service] else { continue }
                group.addTask {
                    do throws(ServiceDoor.Failure) {
                        return (service, .success(try await door.get("/trace/\(id)", as: TraceReport.self)))
                    } catch {
                        return (service, .failure(error))
                    }
                }
            }
            var answers = await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            var (traces, missing) = ([TraceReport](), [Missing]())
            for service in ShopService.workers {
                switch answers.removeValue(forKey: service) {
                case .success(let trace)?: traces.append(trace)
                case .failure(let failure)?:
                    missing.append(Missing(service: service.rawValue, reason: failure.reason))
                case nil: break
                }
            }
            return (traces, missing)
        }
    }
}
