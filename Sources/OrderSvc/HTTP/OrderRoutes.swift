import AMQPBridge
import Hummingbird
import Ledger
import ServiceHost

/// The order service's HTTP API, described by `openapi.json`: placing, looking at and cancelling orders, and following one.
enum OrderRoutes {
    /// - Parameter rateLimit: requests a second and client; 0: any number.
    static func add(to router: Router<ServiceRequestContext>, over ledger: EventLedger, rateLimit: Int = 0) {
        router.add(middleware: methods)
        let orders = router.group("/orders")
            .add(middleware: RateLimitMiddleware(rate: rateLimit)).add(middleware: TraceMiddleware())
        OrderDoor.add(to: orders, over: ledger)
        OrderListRoute.add(to: orders, over: ledger)
        OrderCancelRoute.add(to: orders, over: ledger)
        OrderEventsRoute.add(to: orders, over: ledger)
        orders.get(":id") { _, context in
            let id = try orderID(context)
            let found = try await ledger.read { try OrderView(of: id, in: $0) }
            guard let found else { throw unknown(id) }
            return found
        }
        router.get("/openapi.json") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
        }
    }

    /// The id in the path, as it is stored.
    static func orderID(_ context: ServiceRequestContext) throws -> String {
        try context.parameters.require("id").lowercased()
    }

    static func unknown(_ id: String) -> Problem { Problem(.notFound, "there is no order \(id.prefix(64))") }

    /// What can be done where. Otherwise the router says of any other method that the address itself is unknown.
    private static let methods = AllowedMethods([
        "/orders": [.get, .post], "/orders/:id": [.get], "/orders/:id/cancel": [.post], "/orders/:id/events": [.get],
        "/openapi.json": [.get],
    ])
}
