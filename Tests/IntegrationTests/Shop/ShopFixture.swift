import Foundation
import ShopEvents
import ShopRunning
import Testing

/// A whole shop of its own: a virtual host, the topology, the services as processes, and everything gone afterwards.
actor ShopFixture {
    /// The one that the suite's `.shop` trait runs.
    @TaskLocal static var running: ShopFixture?

    nonisolated let broker: ShopBroker
    nonisolated let brokerURL: String
    /// Data and mail; deleted in the end.
    nonisolated let folder: URL
    /// Where the services' logs are; they stay, in the folder that `deploy/test` names when something failed.
    nonisolated let logs: URL
    /// Whose each program's login is; nil: all log in as the broker's administrator.
    nonisolated let users: ShopUsers?
    private nonisolated let ports: [ShopService: Int]
    private var processes: [ShopService: ServiceProcess] = [:]
    /// Those that another process takes the place of.
    private var retiring: [ServiceProcess] = []

    private init(broker: ShopBroker, brokerURL: String, users: ShopUsers?, folder: URL, logs: URL) throws {
        self.broker = broker
        self.brokerURL = brokerURL
        self.users = users
        self.folder = folder
        self.logs = logs
        ports = Dictionary(uniqueKeysWithValues: try ShopService.allCases.map { ($0, try FreePorts.next()) })
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
    }

    static func current() throws -> ShopFixture { try #require(running, "the suite lacks the trait .shop") }

    /// Runs a shop for as long as the body does, and cleans up whatever happens.
    ///
    /// - Parameter hasUsers: each program logs in as a user of its own, with no more rights than it needs.
    static func with(
        _ services: [ShopService] = ShopService.workers, on broker: ShopBroker? = nil, hasUsers: Bool = false,
        _ body: (ShopFixture) async throws -> Void
    ) async throws {
        let broker = try broker ?? ShopBroker.given()
        let name = "shop-\(UUID().uuidString.prefix(8).lowercased())"
        let url = try await broker.createVirtualHost(name)
        try await cleaningUp {
            try await TemporaryFolder.with("shop") { folder in
                let logs = URL(filePath: try ShopBroker.given().runDirectory).appending(path: "test-logs/\(name)")
                let users = hasUsers ? try await ShopUsers(of: broker, in: name, at: url) : nil
                let shop = try ShopFixture(broker: broker, brokerURL: url, users: users, folder: folder, logs: logs)
                try await cleaningUp {
                    _ = try await shop.command(["topology", "apply"], as: .topology).checked()
                    try await shop.start(services)
                    try await body(shop)
                } finally: {
                    await shop.end()
                }
            }
        } finally: {
            try? await broker.deleteVirtualHost(name)
        }
    }

    /// Cleans up in a task of its own: also one that was cancelled, because its time is over, must do so.
    private static func cleaningUp(
        _ body: () async throws -> Void, finally cleanUp: @escaping @Sendable () async -> Void
    ) async throws {
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await Task { await cleanUp() }.value
        try result.get()
    }

    // MARK: Services

    /// Starts those that do not run, and returns when all are ready, unless told not to wait.
    func start(_ services: [ShopService], waiting: Bool = true) async throws {
        for service in services where processes[service]?.process.exitCode != nil || processes[service] == nil {
            processes[service] = try launch(service)
        }
        if waiting { for service in services { try await processes[service]?.waitUntilReady() } }
    }

    /// A second virtual host with nothing in it.
    nonisolated func withEmptyVirtualHost(_ body: (String) async throws -> Void) async throws {
        let name = "empty-\(UUID().uuidString.prefix(8).lowercased())"
        let url = try await broker.createVirtualHost(name)
        let broker = broker
        try await Self.cleaningUp {
            try await body(url)
        } finally: {
            try? await broker.deleteVirtualHost(name)
        }
    }

    func start(_ services: ShopService...) async throws { try await start(services) }

    /// Starts a second process of a service that runs, which takes its place in time, and does not wait.
    ///
    /// - Parameter binary: another version of it; nil: the same.
    func startBeside(
        _ service: ShopService, binary: String? = nil
    ) throws -> (old: ServiceProcess, new: ServiceProcess) {
        let old = try process(service)
        let new = try launch(service, binary: binary)
        retiring.append(old)
        processes[service] = new
        return (old, new)
    }

    /// Starts one that this shop does not keep track of, with other settings, and does not wait.
    nonisolated func launch(
        _ service: ShopService, _ environment: [String: String] = [:], binary: String? = nil
    ) throws -> ServiceProcess {
        let port = ports[service] ?? 0
        let suffix = environment.isEmpty ? "" : "-\(UUID().uuidString.prefix(8).lowercased())"
        return try ServiceProcess(
            service, binary: binary, port: port, in: folder,
            log: logs.appending(path: "\(service.rawValue)\(suffix).log"),
            environment: login(of: .service(service)).merging(service == .board ? boardEnvironment() : [:]) { $1 }
                .merging(environment) { $1 })
    }

    nonisolated func url(of service: ShopService) -> String { "http://127.0.0.1:\(ports[service] ?? 0)" }

    /// Where each service's admin port is.
    private nonisolated var urls: [String: String] {
        Dictionary(uniqueKeysWithValues: ports.keys.map { ("\($0.rawValue.uppercased())_URL", url(of: $0)) })
    }

    static let boardToken = "canary-token-of-the-operator"

    private nonisolated func boardEnvironment() throws -> [String: String] {
        try urls.merging(["BOARD_TOKEN": Self.boardToken]) { $1 }.merging(users?.environmentOfDesk() ?? [:]) { $1 }
    }

    private nonisolated func login(of user: ShopUser) throws -> [String: String] {
        try users?.environment(of: user) ?? ["AMQP_URL": brokerURL]
    }

    /// SIGTERM, and the exit code.
    func stop(_ service: ShopService, within limit: Duration = .seconds(15)) async throws -> Int32 {
        let process = try process(service).process
        processes[service] = nil
        process.signal(SIGTERM)
        do { return try await process.exit(within: limit) } catch {
            await process.end(within: .zero)
            throw error
        }
    }

    /// The crash.
    func kill(_ service: ShopService) async throws {
        let process = try process(service).process
        processes[service] = nil
        process.signal(SIGKILL)
        _ = try await process.exit(within: .seconds(10))
    }

    func process(_ service: ShopService) throws -> ServiceProcess { try #require(processes[service]) }

    private func end() async {
        await withTaskGroup { group in
            for process in retiring + processes.values { group.addTask { await process.process.end() } }
        }
        (retiring, processes) = ([], [:])
        for file in (try? FileManager.default.contentsOfDirectory(at: logs, includingPropertiesForKeys: nil)) ?? [] {
            let text = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            #expect(!text.contains(brokerURL.passwordOfURL), "the password is in \(file.lastPathComponent)")
            #expect(!text.contains(Self.boardToken), "the operator's token is in \(file.lastPathComponent)")
        }
    }

    // MARK: The command line

    /// `shop` against this shop. What it prints must never hold the password.
    nonisolated func command(
        _ arguments: String..., environment: [String: String] = [:], within limit: Duration = .seconds(60)
    ) async throws -> CommandResult {
        try await command(arguments, environment: environment, within: limit)
    }

    nonisolated func command(
        _ arguments: [String], as user: ShopUser = .operator, environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> CommandResult {
        let variables = try urls.merging(login(of: user)) { $1 }
        let command = Command(
            executable: ShopBinaries.named("shop"), arguments: arguments,
            environment: variables.merging(environment) { $1 })
        let result = try await command.run(within: limit)
        let isKept = !(result.output + result.errors).contains(brokerURL.passwordOfURL)
        #expect(isKept, "the password is in the output of \(result.command)")
        return result
    }
}
