import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import ShopRunning
import Testing

@testable import ServiceHost

@Suite("A connection whose next request does not come", .timeLimit(.minutes(1)))
struct HeadDeadlineTests {
    private let channel: EmbeddedChannel

    init() throws {
        channel = EmbeddedChannel(handler: HeadDeadline(limit: .seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func request() throws {
        try channel.writeInbound(
            HTTPRequestPart.head(HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")))
    }

    private func answer() throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    private func expectEnd(after limit: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: limit - .nanoseconds(1))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(!channel.isActive)
    }

    @Test("the first one: closed at the limit")
    func nothing() { expectEnd(after: .seconds(60)) }

    @Test("while one is answered there is no limit; afterwards it begins anew")
    func answered() throws {
        try request()
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer()
        expectEnd(after: .seconds(60))
    }

    @Test("the next has come before the answer to the first has ended: no limit either")
    func pipelined() throws {
        try request()
        try request()
        try answer()
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive, "the second is being answered")
        try answer()
        expectEnd(after: .seconds(60))
    }

    @Test("an answer to what was no request changes nothing for the requests that follow")
    func unasked() throws {
        try answer()
        try request()
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer()
        expectEnd(after: .seconds(60))
    }

    @Test("over a real socket: who sends its head byte by byte is hung up on, and who asks in time is not")
    func byteByByte() async throws {
        let server = AdminServer.application(
            AdminServer.router(on: "127.0.0.1") { [] }, host: "127.0.0.1", port: 0, logger: Logger(label: "test"),
            patience: .milliseconds(500))
        try await server.test(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            let ended = try await raw.connected { connection in
                for byte in RawClient.request("GET", "/health/live").utf8 where !connection.isEnded {
                    try connection.write([byte])
                    _ = try? connection.answer(within: .milliseconds(50))
                }
                return try connection.rest(within: .seconds(5)).isEmpty && connection.isEnded
            }
            #expect(ended)
            #expect(try await raw.ask("GET", "/health/live")?.status == 200)
        }
    }
}
