import Testing

@testable import ServiceHost

@Suite("Who is meant by a request to a port on loopback", .timeLimit(.minutes(1)))
struct LoopbackOnlyTests {
    @Test(arguments: [
        "localhost", "LOCALHOST:8085", "127.0.0.1", "127.0.0.1:8081", "127.255.3.4:1", "[::1]", "[::1]:8081",
    ])
    func thisMachine(authority: String) { #expect(LoopbackOnly.isLoopback(authority)) }

    @Test(arguments: [
        "", "example.com", "localhost.example.com", "127.0.0.1.example.com", "127.0.0.1:80@example.com", "128.0.0.1",
        "127.0.0.256", "127.1", "10.0.0.1:8081", "[::2]:1", "[::1]x", "[::1", "localhost:x", "evil-localhost",
        "0.0.0.0",
    ])
    func anotherOne(authority: String) { #expect(!LoopbackOnly.isLoopback(authority)) }
}
