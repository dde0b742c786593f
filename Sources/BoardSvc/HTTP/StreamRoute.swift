import AsyncAlgorithms
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceHost
import ServiceLifecycle

/// `GET /api/stream`: everything there is to watch, as server-sent events (HTML Standard, 9.2), for as long as somebody
/// watches. Each event stands alone, and comes when its contents are others than before.
enum StreamRoute {
    /// A sign of life for whoever listens, and for us that somebody still does.
    private static let heartbeat = Duration.seconds(15)

    static func add(to router: Router<ServiceRequestContext>, over lookout: Lookout) {
        router.get("/api/stream") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody { try await write(lookout, to: &$0) })
        }
    }

    private static func write(_ lookout: Lookout, to writer: inout any ResponseBodyWriter) async throws {
        var versions: [String: Int] = [:]
        var written = ContinuousClock.now
        let parts = merge(
            seen(lookout.flow, every: Lookout.flowPeriod),
            merge(
                seen(lookout.shop, every: Lookout.shopPeriod), seen(lookout.letters, every: Lookout.lettersPeriod)),
            seen(lookout.pace, every: Lookout.pacePeriod))
        for await part in parts.cancelOnGracefulShutdown() {
            if let part, versions[part.name] != part.version {
                versions[part.name] = part.version
                try await writer.write(part.text)
            } else if ContinuousClock.now - written >= heartbeat {
                try await writer.write(ByteBuffer(string: ":\n\n"))
            } else {
                continue
            }
            written = .now
        }
        try await writer.finish(nil)
    }

    private static func seen(
        _ look: SharedLook, every period: Duration
    ) -> some AsyncSequence<SharedLook.Part?, Never> & Sendable {
        let ticks = AsyncTimerSequence(interval: period, clock: .continuous).map { _ in }
        return chain([()].async, ticks).map { await look.current() }
    }
}
