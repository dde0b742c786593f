import AMQPBridge
import Hummingbird
import HummingbirdCore
import Ledger
import Logging
import NIOCore

/// The router of a service's admin port, with the health routes every service has.
enum AdminServer {
    /// Connections at the same time; more wait until one of them has ended.
    private static let maxConnections = 4096
    /// How long a connection may be open without a request, or with an answer that nobody takes.
    static let patience = TimeAmount.seconds(60)

    /// - Parameters:
    ///   - host: the address it is going to listen on.
    ///   - names: what else it may be called in requests; see ``KnownHosts``.
    ///   - readiness: what keeps the service from its work, in words.
    static func router(
        on host: String, names: [String] = [], readiness: @escaping @Sendable () -> [String]
    ) -> Router<ServiceRequestContext> {
        let router = ServiceRouter.make()
        if let known = KnownHosts(on: host, names: names) { router.add(middleware: known) }
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
        _ router: Router<ServiceRequestContext>, host: String, port: Int, logger: Logger,
        patience: TimeAmount = patience
    ) -> some ApplicationProtocol {
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [HeadDeadline(limit: patience), ReaderDeadline(limit: patience)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 8192, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))
        return Application(
            router: router, server: .http1(configuration: channel),
            configuration: .init(
                address: .hostname(host, port: port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(maxConnections)),
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
