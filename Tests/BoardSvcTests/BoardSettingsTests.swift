import AMQPBridge
import Foundation
import ServiceHost
import ShopEvents
import Testing

@testable import BoardSvc

@Suite("The board's settings", .timeLimit(.minutes(1)))
struct BoardSettingsTests {
    private func configuration(_ environment: [String: String]) throws -> BoardConfiguration {
        let host = try HostConfiguration(service: "board", defaultPort: 8085, environment: environment)
        return try BoardConfiguration(host, environment: environment)
    }

    @Test func addressesAreTheUsualPortsUnlessToldOtherwise() throws {
        let usual = try configuration([:])
        #expect(
            usual.addresses[.order] == "http://127.0.0.1:8081" && usual.addresses[.board] == "http://127.0.0.1:8085")
        #expect(usual.token == nil)
        let other = try configuration([
            "ORDER_URL": "http://order.example:81//", "HTTP_PORT": "99", "HTTP_HOST": "0.0.0.0",
        ])
        #expect(other.addresses[.order] == "http://order.example:81")
        #expect(other.addresses[.board] == "http://127.0.0.1:99")
    }

    @Test(arguments: ["nonsense", "ftp://a", "http://", "http://u:canary@a:1", "http://a/?q", "http://a/#f"])
    func anAddressThatIsNoneIsNamedAndNotShown(text: String) throws {
        let error = try #require(throws: AMQPError.self) { try configuration(["SHIPPING_URL": text]) }
        #expect(error.code == .invalidConfiguration && error.message.contains("SHIPPING_URL"))
        #expect(!error.message.contains("canary"))
    }

    @Test func theTokenIsComparedWhole() throws {
        let token = try #require(try OperatorToken(file: nil, text: "0123456789abcdef"))
        #expect(token.matches("0123456789abcdef"))
        for other in ["", "0123456789abcdeg", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF"] {
            #expect(!token.matches(other))
        }
        #expect(try OperatorToken(file: nil, text: nil) == nil)
    }

    @Test func aTokenComesFromAFileOrIsRefused() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUIDv7())")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("  from-the-file-0123 \n".utf8).write(to: file)
        #expect(try OperatorToken(file: file.path, text: "from-elsewhere-0123")?.matches("from-the-file-0123") == true)
        try Data("canary".utf8).write(to: file)
        for (path, text) in [(file.path, nil), ("/nowhere", nil), (nil, "canary")] as [(String?, String?)] {
            let error = try #require(throws: AMQPError.self) { try OperatorToken(file: path, text: text) }
            #expect(error.code == .invalidConfiguration && error.message.contains("BOARD_TOKEN"))
            #expect(!error.message.contains("canary"))
        }
    }

    @Test(arguments: [
        ("# HELP a b\na_total 5\namqpbridge_in_flight 12\n", 12), ("amqpbridge_in_flight 3.0", 3),
        ("amqpbridge_in_flight{x=\"y\"} 12", nil), ("amqpbridge_in_flight NaN", nil), ("", nil),
        ("amqpbridge_in_flight_other 4", nil),
    ])
    func metricsAreReadByTheirName(text: String, value: Int?) {
        #expect(MetricText.value(of: "amqpbridge_in_flight", in: text) == value)
    }
}
