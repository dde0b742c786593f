import Dispatch
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOEmbedded
import ShopRunning
import Testing

@testable import ServiceHost

@Suite("A client that stops reading", .timeLimit(.minutes(1)))
struct ReaderDeadlineTests {
    @Test("closed at the limit, which begins anew whenever it has taken something")
    func limit() throws {
        let channel = EmbeddedChannel(handler: ReaderDeadline(limit: .seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        func setWritable(_ isWritable: Bool) {
            channel.isWritable = isWritable
            channel.pipeline.fireChannelWritabilityChanged()
        }
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        setWritable(false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        setWritable(true)
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        setWritable(false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60) - .nanoseconds(1))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(!channel.isActive)
    }

    @Test("over a real socket: an answer without an end ends for who does not read it")
    func endlessAnswer() async throws {
        let end = DispatchSemaphore(value: 0)
        let router = AdminServer.router(on: "127.0.0.1") { [] }
        router.get("/endless") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { end.signal() }
                    while true { try await writer.write(ByteBuffer(repeating: 0x78, count: 65_536)) }
                })
        }
        let server = AdminServer.application(
            router, host: "127.0.0.1", port: 0, logger: Logger(label: "test"), patience: .milliseconds(500))
        try await server.test(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            let ended = try await raw.connected { connection in
                try connection.write(Array(RawClient.request("GET", "/endless").utf8))
                // Nothing is read meanwhile.
                return end.wait(timeout: .now() + 20) == .success
            }
            #expect(ended)
        }
    }
}
