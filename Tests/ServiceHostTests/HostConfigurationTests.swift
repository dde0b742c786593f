import AMQPBridge
import Foundation
import Logging
import Testing

@testable import ServiceHost

@Suite("Configuration by environment", .timeLimit(.minutes(1)))
struct HostConfigurationTests {
    private func read(_ environment: [String: String]) throws(AMQPError) -> HostConfiguration {
        try HostConfiguration(service: "order", defaultPort: 8081, environment: environment)
    }

    @Test func defaults() throws {
        let configuration = try read([:])
        #expect(configuration.amqp.endpoints.map(\.description) == ["127.0.0.1:5672"])
        #expect(configuration.prefetch == 256 && configuration.port == 8081)
        #expect(configuration.queueType == .quorum && configuration.ladder == .standard)
        #expect(configuration.dataDirectory == "data/order" && configuration.mail.directory == "mail")
        #expect(configuration.logLevel == .info && !configuration.logsJSON)
        #expect(try read(["AMQP_URL": "", "HTTP_PORT": ""]).port == 8081)
    }

    @Test func everyVariableIsRead() throws {
        let configuration = try read([
            "AMQP_URL": "amqp://u:p@one.example:1111/v,amqp://u:p@two.example/v", "AMQP_PREFETCH": "7",
            "AMQP_QUEUE_TYPE": "classic", "AMQP_RETRY_LADDER": "250ms,2m", "DATA_DIR": "/d", "HTTP_PORT": "9000",
            "MAIL_DIR": "/m", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json",
        ])
        #expect(configuration.amqp.endpoints.map(\.description) == ["one.example:1111", "two.example:5672"])
        #expect(configuration.prefetch == 7 && configuration.port == 9000 && configuration.queueType == .classic)
        #expect(configuration.ladder.rungs.map(\.milliseconds) == [250, 120_000])
        #expect(configuration.dataDirectory == "/d" && configuration.mail.directory == "/m")
        #expect(configuration.logLevel == .debug && configuration.logsJSON)
    }

    @Test func aPlaceToDie() throws {
        #expect(try read([:]).crashPoint == nil)
        #expect(try read(["CRASH_AT": "after-mark:2"]).crashPoint == CrashPoint("after-mark:2"))
    }

    @Test func poison() throws {
        #expect(try read([:]).poison == nil)
        #expect(try read(["POISON": "throw:a,hang:b"]).poison == Poison("hang:b,throw:a"))
    }

    @Test func theLimitOfAHandler() throws {
        #expect(try read([:]).handlerLimit == nil)
        #expect(try read(["HANDLER_LIMIT": "100ms"]).handlerLimit == .milliseconds(100))
        #expect(try read(["HANDLER_LIMIT": "10m"]).handlerLimit == .seconds(600))
    }

    @Test("senders are checked where the service has a user of its own, unless told otherwise")
    func senders() throws {
        #expect(try read(["AMQP_URL": "amqp://order:p@h"]).checksSenders)
        #expect(try !read(["AMQP_URL": "amqp://shop:p@h"]).checksSenders && !read([:]).checksSenders)
        #expect(try !read(["AMQP_URL": "amqp://order:p@h,amqp://shop:p@h"]).checksSenders)
        #expect(try !read(["AMQP_URL": "amqp://order:p@h", "AMQP_CHECK_SENDERS": "false"]).checksSenders)
        #expect(try read(["AMQP_URL": "amqp://shop:p@h", "AMQP_CHECK_SENDERS": "true"]).checksSenders)
    }

    @Test("a password file is for all addresses, which then name a user and no password")
    func passwordFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "password-\(UUID())")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("s3cret/:@\nmore\n".utf8).write(to: file)
        let both = "amqp://order@one,amqps://order@two:1/v"
        let endpoints = try read(["AMQP_URL": both, "AMQP_PASSWORD_FILE": file.path]).amqp.endpoints
        #expect(endpoints.map(\.password) == ["s3cret/:@", "s3cret/:@"])
        #expect(endpoints.map(\.user) == ["order", "order"])
        for url in ["amqp://order:other@one", "amqp://one", "amqp://order@one,amqp://two", ""] {
            let error = #expect(throws: AMQPError.self) {
                try read(["AMQP_URL": url, "AMQP_PASSWORD_FILE": file.path])
            }
            #expect(error?.code == .invalidConfiguration && error?.message.contains("s3cret") == false)
        }
    }

    @Test(
        "a password file that is none says so",
        arguments: ["", "\nsecond", "\0", String(repeating: "x", count: 5000)])
    func badPasswordFile(content: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "password-\(UUID())")
        defer { try? FileManager.default.removeItem(at: file) }
        for isThere in [true, false] {
            if isThere { try Data(content.utf8).write(to: file) } else { try FileManager.default.removeItem(at: file) }
            let error = #expect(throws: AMQPError.self) {
                try read(["AMQP_URL": "amqp://order@h", "AMQP_PASSWORD_FILE": file.path])
            }
            #expect(error?.message.contains("AMQP_PASSWORD_FILE") == true && error?.message.contains(file.path) == true)
        }
    }

    @Test func filesForTLS() throws {
        #expect(try read([:]).amqp.options.tls == TLSOptions())
        let files = try read([
            "AMQP_URL": "amqps://h", "AMQP_CA_FILE": "/ca", "AMQP_CERT_FILE": "/cert", "AMQP_KEY_FILE": "/key",
        ]).amqp
        #expect(files.endpoints.map(\.usesTLS) == [true])
        #expect(files.options.tls == TLSOptions(caFile: "/ca", certificateFile: "/cert", keyFile: "/key"))
    }

    @Test(arguments: [
        ("AMQP_URL", "http://u:canary@h/"), ("AMQP_URL", "canary"), ("AMQP_PREFETCH", "0"), ("AMQP_PREFETCH", "65536"),
        ("AMQP_PREFETCH", "many"), ("AMQP_QUEUE_TYPE", "stream"), ("AMQP_RETRY_LADDER", "1 second"),
        ("CRASH_AT", "canary"), ("POISON", "canary"), ("HANDLER_LIMIT", "99ms"), ("HANDLER_LIMIT", "11m"),
        ("HANDLER_LIMIT", "30"), ("HTTP_PORT", "70000"), ("HTTP_PORT", "-1"), ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ])
    func aBadValueIsNamed(variable: String, value: String) {
        do {
            _ = try read([variable: value])
            Issue.record("\(variable)=\(value) was taken")
        } catch {
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.contains(variable))
            // What stands in an address may be a password.
            #expect(variable != "AMQP_URL" || !error.message.contains("canary"))
        }
    }
}
