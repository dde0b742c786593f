import Testing

@testable import AMQPBridge

@Suite("AMQP_URL is read as RabbitMQ's URI rules say", .timeLimit(.minutes(1)))
struct AMQPEndpointURLTests {
    private static let good: [(url: String, endpoint: AMQPEndpoint)] = [
        ("amqp://localhost", AMQPEndpoint(host: "localhost")),
        ("amqp://localhost:5673", AMQPEndpoint(host: "localhost", port: 5673)),
        ("amqp://u:p@h:1/v", AMQPEndpoint(host: "h", port: 1, vhost: "v", user: "u", password: "p")),
        ("amqp://u:p@h:65535", AMQPEndpoint(host: "h", port: 65535, user: "u", password: "p")),
        ("amqp://u@h", AMQPEndpoint(host: "h", user: "u", password: "")),
        ("amqp://u:@h", AMQPEndpoint(host: "h", user: "u", password: "")),
        ("amqp://u:p:q@h", AMQPEndpoint(host: "h", user: "u", password: "p:q")),
        ("amqp://u:p@q@h", AMQPEndpoint(host: "h", user: "u", password: "p@q")),
        ("  amqp://h \n", AMQPEndpoint(host: "h")),
    ]

    @Test("user, password, host and port, each with its default", arguments: good)
    func parts(url: String, endpoint: AMQPEndpoint) throws {
        #expect(try AMQPConfiguration(urls: url).endpoints == [endpoint])
    }

    @Test("a missing vhost is /, an empty one is empty, a slash in it is encoded")
    func vhosts() throws {
        let vhosts = [
            "": "/", "/": "", "/%2F": "/", "/%2f": "/", "/shop": "shop", "/a%2Fb%20c": "a/b c", "/käse": "käse",
        ]
        for (path, vhost) in vhosts {
            #expect(try AMQPEndpoint(url: "amqp://h\(path)").vhost == vhost, "path \(path)")
        }
    }

    @Test("every part may be percent-encoded")
    func percentEncoded() throws {
        let endpoint = try AMQPEndpoint(url: "amqp://us%65r:p%40ss%2Fw%3Ard%25%C3%A9@my%2Dhost:5672/v%68")
        #expect(endpoint.user == "user")
        #expect(endpoint.password == "p@ss/w:rd%é")
        #expect(endpoint.host == "my-host")
        #expect(endpoint.vhost == "vh")
        #expect(try AMQPEndpoint(url: "amqp://my%2Dhost").host == "my-host", "also without a port")
    }

    @Test("IPv6 addresses stand in brackets")
    func ipv6() throws {
        #expect(try AMQPEndpoint(url: "amqp://[::1]") == AMQPEndpoint(host: "::1"))
        let endpoint = try AMQPEndpoint(url: "amqp://u:p@[2001:db8::1]:5673/v")
        #expect(endpoint.host == "2001:db8::1")
        #expect(endpoint.port == 5673)
        #expect(endpoint.description == "[2001:db8::1]:5673")
    }

    @Test("several addresses keep their order")
    func several() throws {
        let configuration = try AMQPConfiguration(urls: "amqp://a, amqp://b:1/x ,amqp://c")
        #expect(configuration.endpoints.map(\.description) == ["a:5672", "b:1", "c:5672"])
        #expect(configuration.endpoints.map(\.vhost) == ["/", "x", "/"])
    }

    @Test("amqps is TLS, on a port of its own, with the files of its query")
    func tls() throws {
        #expect(try AMQPEndpoint(url: "amqps://h") == AMQPEndpoint(host: "h", port: 5671, usesTLS: true))
        #expect(try AMQPEndpoint(url: "amqps://h:1/v").usesTLS)
        #expect(try !AMQPEndpoint(url: "amqp://h").usesTLS)
        var endpoint = AMQPEndpoint(host: "h", vhost: "v", user: "u", password: "p", usesTLS: true)
        endpoint.tls = TLSOptions(caFile: "/etc/c a,.pem", certificateFile: "/c.pem", keyFile: "k&=?.pem")
        let query = "cacertfile=%2Fetc/c%20a%2C.pem&verify=verify_peer&certfile=/c.pem&keyfile=k%26=%3F.pem"
        #expect(try AMQPConfiguration(urls: "amqps://u:p@h/v?\(query)").endpoints == [endpoint])
        #expect(try AMQPEndpoint(url: "amqps://h?cacertfile=/ca.pem").tls.caFile == "/ca.pem")
        #expect(try AMQPEndpoint(url: "amqps://h/?cacertfile=/ca.pem").vhost == "")
    }

    @Test("an address's own files come before the configuration's; a certificate and its key stay together")
    func ownFiles() {
        let common = TLSOptions(caFile: "ca", certificateFile: "cert", keyFile: "key")
        #expect(TLSOptions().orElse(common) == common)
        #expect(common.orElse(TLSOptions(caFile: "x", certificateFile: "x", keyFile: "x")) == common)
        let own = TLSOptions(certificateFile: "own")
        #expect(own.orElse(common) == TLSOptions(caFile: "ca", certificateFile: "own", keyFile: nil))
    }

    @Test("there is no switch that turns the verification off")
    func noVerifyNone() {
        let error = #expect(throws: AMQPError.self) { try AMQPEndpoint(url: "amqps://u:S3CRET@h?verify=verify_none") }
        #expect(error?.message.contains("verify_none") == true && error?.message.contains("cacertfile") == true)
    }

    @Test("after a loss the next host comes first, in a circle")
    func circle() throws {
        var configuration = try AMQPConfiguration(urls: "amqp://a,amqp://b,amqp://c")
        configuration.begin(after: AMQPEndpoint(host: "b"))
        #expect(configuration.endpoints.map(\.host) == ["c", "a", "b"])
        configuration.begin(after: AMQPEndpoint(host: "b"))
        #expect(configuration.endpoints.map(\.host) == ["c", "a", "b"])
        configuration.begin(after: AMQPEndpoint(host: "nobody"))
        #expect(configuration.endpoints.map(\.host) == ["c", "a", "b"])
    }

    // "S3CR" and "ET" stand where a password, or a piece of one, can stand.
    static let bad = [
        "", " ", ",", "localhost", "user:S3CRET@h", "amqp:/h", "http://h", "amqpss://u:S3CRET@h", "S3CRET://h",
        "amqp://", "amqp://u:S3CRET@", "amqp://u:S3CRET@/v", "amqp://u:S3CRET@:5672",
        "amqp://u:S3CRET@h:", "amqp://u:S3CRET@h:0", "amqp://u:S3CRET@h:65536", "amqp://u:S3CRET@h:-1",
        "amqp://u:S3CRET@h:+5672", "amqp://u:S3CRET@h:amqp", "amqp://u:S3CRET@h:5672x", "amqp://u:S3CRET@h:1:2",
        "amqp://u:S3CR/ET@h", "amqp://u:S3CR,ET@h", "amqp://u:S3CRET%@h", "amqp://u:S3CRET%4@h", "amqp://u:S3CRET%zz@h",
        "amqp://u:S3CRET%FF@h", "amqp://u:S3CRET%00@h", "amqp://%FF:S3CRET@h", "amqp://u:S3CRET@h%/v",
        "amqp://u:S3CRET@h/%F", "amqp://u:S3CRET@h/a/b", "amqp://u:S3CRET@h/v?heartbeat=5",
        "amqp://u:S3CRET@[::1", "amqp://u:S3CRET@[::1]x", "amqp://u:S3CRET@[::1]:", "amqp://u:S3CRET@[]:1",
        "amqp://u:S3CRET@h?heartbeat=5", "amqp://u:S3CRET@h?cacertfile=/ca.pem", "amqps://u:S3CR?ET@h",
        "amqps://u:S3CRET@h?heartbeat=5", "amqps://u:S3CRET@h?", "amqps://u:S3CRET@h?cacertfile",
        "amqps://u:S3CRET@h?cacertfile=", "amqps://u:S3CRET@h?cacertfile=a&cacertfile=b",
        "amqps://u:S3CRET@h?verify=verify_none", "amqps://u:S3CRET@h?verify=", "amqps://u:S3CRET@h?certfile=%zz",
        "amqps://u:S3CRET@h/v?CACERTFILE=a", "amqps://u:S3CRET@h?password=S3CRET", "amqps://u:S3CRET@h/a/b?certfile=c",
        "amqp://a,,amqp://b", "amqp://a,", "amqp://a,localhost",
    ]

    @Test("what cannot be used is refused, in words that help and hold no password", arguments: bad)
    func refused(url: String) {
        let error = #expect(throws: AMQPError.self) { try AMQPConfiguration(urls: url) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.isRetriable == false)
        let text = error.map { "\($0) \($0.message)" } ?? ""
        #expect(text.contains("amqp://user:password@host:5672/vhost"), "it should show how an address looks: \(text)")
        for piece in ["S3CR", "ET@", "'ET"] { #expect(!text.contains(piece), "a password in: \(text)") }
    }

    @Test("an address is described without its user and password")
    func description() throws {
        let endpoint = try AMQPEndpoint(url: "amqp://someone:S3CRET@h:5673/v")
        #expect(endpoint.description == "h:5673")
        #expect("\(endpoint)" == "h:5673")
        #expect(String(reflecting: endpoint) == "h:5673", "logs and debuggers reflect")
        var dumped = ""
        dump(try AMQPConfiguration(urls: "amqp://someone:S3CRET@h"), to: &dumped)
        #expect(!dumped.contains("S3CRET"))
    }
}
