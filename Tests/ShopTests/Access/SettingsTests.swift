import AMQPBridge
import ArgumentParser
import Configuration
import ShopEvents
import Testing

@testable import Shop

@Suite("Settings from the environment")
struct SettingsTests {
    private func settings(_ variables: [String: String] = [:]) -> Settings {
        Settings(EnvironmentVariablesProvider(environmentVariables: variables))
    }

    @Test(arguments: [[:], ["AMQP_URL": "", "AMQP_QUEUE_TYPE": "", "AMQP_RETRY_LADDER": "", "ORDER_URL": ""]])
    func defaults(_ variables: [String: String]) throws {
        let settings = settings(variables)
        let endpoint = AMQPEndpoint(host: "127.0.0.1", port: 5672, vhost: "/", user: "guest", password: "guest")
        #expect(try settings.broker().endpoints == [endpoint])
        #expect(try settings.queueType() == .quorum)
        #expect(try settings.ladder() == .standard)
        #expect(try settings.address(of: .order).url == "http://127.0.0.1:8081")
        #expect(try settings.address(of: .inventory).url == "http://127.0.0.1:8082")
    }

    @Test func everyVariableCounts() throws {
        let settings = settings([
            "AMQP_URL": "amqp://u:p@h1/v,amqp://u:p@h2:1/v", "AMQP_QUEUE_TYPE": "classic", "AMQP_RETRY_LADDER": "2s",
            "ORDER_URL": "http://h:1/", "INVENTORY_URL": "https://h:2/base",
        ])
        #expect(try settings.broker().endpoints.map(\.description) == ["h1:5672", "h2:1"])
        #expect(try settings.queueType() == .classic)
        #expect(try settings.ladder().steps.map(\.milliseconds) == [2000])
        #expect(try settings.address(of: .order).url == "http://h:1")
        #expect(try settings.address(of: .inventory).url == "https://h:2/base")
        #expect(try settings.topology() == ShopTopology.all(queueType: .classic, ladder: RetryLadder("2s")))
    }

    @Test func filesForTLS() throws {
        #expect(try settings(["AMQP_CA_FILE": ""]).broker().options.tls == TLSOptions())
        let broker = try settings([
            "AMQP_URL": "amqps://h", "AMQP_CA_FILE": "/ca", "AMQP_CERT_FILE": "/cert", "AMQP_KEY_FILE": "/key",
        ]).broker()
        #expect(broker.endpoints.map(\.description) == ["h:5671"])
        #expect(broker.options.tls == TLSOptions(caFile: "/ca", certificateFile: "/cert", keyFile: "/key"))
    }

    @Test(arguments: ["Quorum", "stream", "quorum "])
    func otherQueueTypesAreWrongUsage(_ type: String) {
        let failure = #expect(throws: Failure.self) { try settings(["AMQP_QUEUE_TYPE": type]).queueType() }
        #expect(failure?.exitCode.rawValue == 64)
    }

    @Test(arguments: [
        "8081", "127.0.0.1:8081", "ftp://h", "http://", "http:///x", "http://u:secret@h", "http://h/?q", "http://h/#f",
        "http://h\r\nX: y", "http://h h",
    ])
    func addressesThatAreNone(_ url: String) {
        let failure = #expect(throws: Failure.self) { try settings(["ORDER_URL": url]).address(of: .order) }
        #expect(failure?.exitCode.rawValue == 64)
        #expect(failure?.message.contains("secret") == false)
    }

    @Test(arguments: [
        ("MUG-1_a.b~", "MUG-1_a.b~"), ("a b", "a%20b"), ("a/b?c#d%e", "a%2Fb%3Fc%23d%25e"), ("ü", "%C3%BC"),
        (".", "%2E"), ("..", "%2E%2E"), ("...", "..."), ("\n", "%0A"), ("", ""),
    ])
    func pathSegments(_ text: String, _ encoded: String) {
        #expect(PathSegment.encoded(text) == encoded)
    }
}
