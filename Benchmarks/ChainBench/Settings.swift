import AMQPBridge
import Foundation
import Measure

/// What the environment says, and the two files by which a process and deploy/bench wait for each other.
struct Settings {
    var amqp: AMQPConfiguration
    var queueType: QueueType
    /// The role's database, not there yet.
    var database: String
    private var ready: String
    private var start: String

    init() throws {
        func value(_ name: String) throws -> String {
            guard let value = ProcessInfo.processInfo.environment[name] else {
                throw Wrong(description: "\(name) is not set")
            }
            return value
        }
        amqp = try AMQPConfiguration(urls: value("AMQP_URL"))
        queueType = QueueType(rawValue: (try? value("AMQP_QUEUE_TYPE")) ?? "") ?? .quorum
        (database, ready, start) = (try value("DATABASE"), try value("READY"), try value("START"))
    }

    func sayReady() throws { try Data().write(to: URL(filePath: ready)) }

    func started() async throws {
        try await wait { FileManager.default.fileExists(atPath: start) }
    }

    /// For at most a minute.
    func wait(until condition: () -> Bool) async throws {
        for _ in 0..<12_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Wrong(description: "nothing happened for a minute")
    }
}
