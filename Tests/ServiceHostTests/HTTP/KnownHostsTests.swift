import Testing

@testable import ServiceHost

@Suite("Who is meant by a request", .timeLimit(.minutes(1)))
struct KnownHostsTests {
    @Test(arguments: [
        "localhost", "LOCALHOST:8085", "127.0.0.1", "127.0.0.1:8081", "127.255.3.4:1", "[::1]", "[::1]:8081",
    ])
    func thisMachine(authority: String) { #expect(KnownHosts.isLoopback(authority)) }

    @Test(arguments: [
        "", "example.com", "localhost.example.com", "127.0.0.1.example.com", "127.0.0.1:80@example.com", "128.0.0.1",
        "127.0.0.256", "127.1", "10.0.0.1:8081", "[::2]:1", "[::1]x", "[::1", "localhost:x", "evil-localhost",
        "0.0.0.0",
    ])
    func anotherOne(authority: String) { #expect(!KnownHosts.isLoopback(authority)) }

    @Test("on loopback nobody else is known; elsewhere anybody, unless names are given")
    func wherever() throws {
        for address in ["127.0.0.1", "::1", "localhost"] {
            let hosts = try #require(KnownHosts(on: address, names: []))
            #expect(hosts.isKnown("localhost:1") && !hosts.isKnown("order:8081"))
        }
        #expect(KnownHosts(on: "0.0.0.0", names: []) == nil && KnownHosts(on: "::", names: []) == nil)
    }

    @Test("names are known besides, with any port and in capitals")
    func names() throws {
        let hosts = try #require(KnownHosts(on: "0.0.0.0", names: ["Order", "10.0.0.7"]))
        for authority in ["order", "ORDER:8081", "10.0.0.7:80", "localhost", "127.0.0.1:1", "[::1]"] {
            #expect(hosts.isKnown(authority))
        }
        for authority in ["", "orders", "order.example.com", "order:x", "0.0.0.0", "evil.example"] {
            #expect(!hosts.isKnown(authority))
        }
    }
}
