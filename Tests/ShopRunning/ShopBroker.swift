package import Foundation
import Glibc

/// A broker of `deploy/broker`, known by the folder it runs in.
package struct ShopBroker: Sendable {
    package var runDirectory: String

    package init(runDirectory: String) { self.runDirectory = runDirectory }

    /// The one that `deploy/test` started.
    ///
    /// - Throws: what is missing in the environment; these tests cannot do without, so they are not skipped.
    package static func given() throws -> ShopBroker {
        let environment = ProcessInfo.processInfo.environment
        for name in ["AMQP_URL", "RUN_DIR"] where environment[name, default: ""].isEmpty {
            throw CommandFailed(description: "\(name) is not set: run these tests by deploy/test")
        }
        return ShopBroker(runDirectory: environment["RUN_DIR", default: ""])
    }

    package func start() async throws { _ = try await run("start") }
    package func stop() async throws { _ = try await run("stop") }
    package func kill() async throws { _ = try await run("kill") }

    /// Where its default virtual host is.
    package func url() async throws -> String { try await run("url") }

    /// - Returns: the URL of the new virtual host.
    package func createVirtualHost(_ name: String) async throws -> String { try await run("vhost", name) }

    package func deleteVirtualHost(_ name: String) async throws { _ = try await run("ctl", "-q", "delete_vhost", name) }

    /// `rabbitmqctl` for the node.
    @discardableResult
    package func control(_ arguments: String...) async throws -> String { try await control(arguments) }

    @discardableResult
    package func control(_ arguments: [String]) async throws -> String { try await run(["ctl"] + arguments) }

    /// Evaluates an Erlang expression, without its final dot, on the node; returns what it yields.
    @discardableResult
    package func evaluate(_ expression: String) async throws -> String {
        try await control("-q", "eval", "\(expression).")
    }

    /// To the node's process: SIGSTOP, SIGCONT.
    package func signal(_ number: Int32) throws {
        let file = "\(runDirectory)/broker/broker.pid"
        let text = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let identifier = pid_t(text), Glibc.kill(identifier, number) == 0 else {
            throw CommandFailed(description: "no node runs that could be signalled: \(file) says '\(text)'")
        }
    }

    /// What the node has logged.
    package var logText: String {
        let file = URL(filePath: "\(runDirectory)/broker/log/broker.log")
        return (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func run(_ arguments: String...) async throws -> String { try await run(arguments) }

    private func run(_ arguments: [String]) async throws -> String {
        try await DeployScript(name: "broker", runDirectory: runDirectory).run(arguments)
    }
}

/// Where the built programs are.
package enum ShopBinaries {
    package static let repository = URL(filePath: Repository.root)

    package static func named(_ name: String) -> URL {
        let given = ProcessInfo.processInfo.environment["SHOP_BIN"].map { URL(filePath: $0) }
        return (given ?? repository.appending(path: ".build/debug")).appending(path: name)
    }
}

extension String {
    /// The password in an AMQP URL.
    package var passwordOfURL: String { URLComponents(string: self)?.password ?? "" }

    /// The same URL with other parts.
    package func changingURL(_ change: (inout URLComponents) -> Void) throws -> String {
        guard var parts = URLComponents(string: self) else { throw CommandFailed(description: "no URL") }
        change(&parts)
        guard let changed = parts.string else { throw CommandFailed(description: "no URL after the change") }
        return changed
    }
}
