import AMQPBridge
import Hummingbird
import Ledger
import Logging

/// The router of a service's admin port, with the health routes every service has.
enum AdminServer {
    static func router(readiness: @escaping @Sendable () -> [String]) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/health/live") { _, _ in HealthReport(live: true, ready: nil, obstacles: []) }
        router.get("/health/ready") { _, _ in
            let obstacles = readiness()
            return EditedResponse(
                status: obstacles.isEmpty ? .ok : .serviceUnavailable,
                response: HealthReport(live: true, ready: obstacles.isEmpty, obstacles: obstacles))
        }
        return router
    }

    static func application(
        _ router: Router<BasicRequestContext>, port: Int, logger: Logger
    ) -> some ApplicationProtocol {
        // Loopback: the admin port shows orders and changes stock.
        Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            logger: logger)
    }
}

/// What a health route answers.
struct HealthReport: ResponseEncodable {
    var live: Bool
    var ready: Bool?
    /// Why it is not ready, in words.
    var obstacles: [String]
}
