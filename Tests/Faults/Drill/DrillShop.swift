import AMQPBridge
import AMQPBridgeTesting
import Foundation
import ShopEvents
import ShopRunning

/// A shop of one scenario: its broker, its four services as processes, and the folder all of it lives in.
actor DrillShop {
    nonisolated let setting: Setting
    nonisolated let folder: URL
    nonisolated let broker: ShopBroker
    /// Where everybody but the services goes.
    nonisolated let brokerURL: String
    nonisolated let path: FaultProxy?
    nonisolated let tls: TLSDoor?
    /// The services' own; nobody else goes by it.
    nonisolated let clock: WallClock?
    nonisolated let mail: MailBag
    private nonisolated let ports: [ShopService: Int]
    private nonisolated let smtpPort: Int?
    private var processes: [ShopService: ServiceProcess] = [:]
    private var mailServer: ChildProcess?
    /// Those that are down because somebody wanted it.
    private var absent: Set<ShopService> = []
    /// The exit codes of those that ended by themselves.
    private(set) var ends: [ShopService: [Int32]] = [:]
    private var environments: [ShopService: [String: String]] = [:]

    init(_ setting: Setting, in folder: URL, broker: ShopBroker, url: String, tls: TLSDoor? = nil) throws {
        self.setting = setting
        self.folder = folder
        self.broker = broker
        brokerURL = url
        self.tls = tls
        path = setting.usesPath ? try FaultProxy(before: AMQPConfiguration(urls: url)) : nil
        clock = setting.setsClock ? try WallClock(folder.appending(path: "clock")) : nil
        ports = Dictionary(uniqueKeysWithValues: try ShopService.allCases.map { ($0, try FreePorts.next()) })
        smtpPort = setting.mailServer == nil ? nil : try FreePorts.next()
        mail = MailBag(folder.appending(path: setting.mailServer == nil ? "mail/new" : "smtp"))
        environments = setting.serviceEnvironment
    }

    // MARK: Services

    /// Starts those that do not run, and returns when all are ready.
    func start(_ services: [ShopService] = ShopService.workers, waiting: Bool = true) async throws {
        for service in services {
            absent.remove(service)
            if processes[service]?.process.exitCode == nil, processes[service] != nil { continue }
            processes[service] = try launch(service)
        }
        if waiting { for service in services { try await processes[service]?.waitUntilReady() } }
    }

    /// With these variables instead of those it had, from its next start on.
    func setEnvironment(_ variables: [String: String], of service: ShopService) { environments[service] = variables }

    private func launch(_ service: ShopService) throws -> ServiceProcess {
        var variables = ["AMQP_URL": servicesURL, "AMQP_RETRY_LADDER": setting.ladder, "LOG_LEVEL": "info"]
        if service == .notify, let smtpPort {
            variables["SMTP_URL"] = "smtp://127.0.0.1:\(smtpPort)"
        }
        variables.merge(setting.environment) { $1 }
        variables.merge(clock?.environment ?? [:]) { $1 }
        variables.merge(environments[service] ?? [:]) { $1 }
        return try ServiceProcess(
            service, port: ports[service] ?? 0, in: folder, log: folder.appending(path: "\(service.rawValue).log"),
            environment: variables, wrapper: setting.diskSize.map(SmallDisk.wrapper) ?? [])
    }

    /// By the path or by TLS, where the setting says so.
    private nonisolated var servicesURL: String {
        if let tls, let url = try? brokerURL.changingURL(tls.change) { return url }
        guard let port = path?.configuration.endpoints.first?.port else { return brokerURL }
        return (try? brokerURL.changingURL { $0.port = port }) ?? brokerURL
    }

    /// As by `kill -9`; down until somebody starts it.
    func kill(_ service: ShopService) async throws {
        absent.insert(service)
        guard let process = processes.removeValue(forKey: service) else { return }
        process.process.signal(SIGKILL)
        _ = try await process.process.exit(within: .seconds(10))
    }

    /// SIGTERM, and the exit code; down until somebody starts it. One that is frozen finds the signal when it goes on, which
    /// it does at once.
    func stop(_ service: ShopService, within limit: Duration = .seconds(15)) async throws -> Int32 {
        absent.insert(service)
        guard let process = processes.removeValue(forKey: service) else { return 0 }
        process.process.signal(SIGTERM)
        process.process.signal(SIGCONT)
        return try await process.process.exit(within: limit)
    }

    /// SIGSTOP, SIGCONT and the like.
    func signal(_ service: ShopService, _ number: Int32) { processes[service]?.process.signal(number) }

    func isReady(_ service: ShopService) async throws -> Bool { try await obstacles(of: service) == nil }

    /// What a service that is not ready says about it; nil when it is ready.
    func obstacles(of service: ShopService) async throws -> String? {
        guard let process = processes[service] else { return "down" }
        let health = try await process.health("ready")
        return health.status == 200 ? nil : health.body
    }

    /// What `shop status` says of its queue.
    nonisolated func queue(of service: ShopService) async throws -> QueueRow {
        let rows = try await command("status", "--json").checked().rows(of: QueueRow.self)
        guard let row = rows.first(where: { $0.queue == "\(service.rawValue).in" }) else {
            throw CommandFailed(description: "shop status does not name \(service.rawValue).in")
        }
        return row
    }

    nonisolated func dataFile(of service: ShopService, _ name: String) -> URL {
        folder.appending(path: "data/\(service.rawValue)/\(name)")
    }

    /// Where the setting gives it one.
    func smallDisk(of service: ShopService) throws -> SmallDisk {
        guard let process = processes[service] else {
            throw CommandFailed(description: "\(service) does not run: its disk is gone")
        }
        return SmallDisk(of: process)
    }

    nonisolated func log(of service: ShopService) -> String {
        let file = folder.appending(path: "\(service.rawValue).log")
        return (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Looks after the processes until the task is cancelled: what ended without being asked is started again where the
    /// setting says so, and is a failure elsewhere.
    func keep() async throws {
        while !Task.isCancelled {
            for (service, process) in processes where !absent.contains(service) {
                guard let code = process.process.exitCode else { continue }
                guard setting.restartsWhatEnds else {
                    throw CommandFailed(
                        description: "\(service) ended by itself with \(code): \(log(of: service).suffix(1500))")
                }
                ends[service, default: []].append(code)
                processes[service] = try launch(service)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func end() async {
        await withTaskGroup { group in
            for process in processes.values {
                group.addTask {
                    // One that was stopped could not end.
                    process.process.signal(SIGCONT)
                    await process.process.end(within: .seconds(5))
                }
            }
        }
        processes = [:]
        await killMailServer()
        path?.stop()
    }

    nonisolated var endpoint: AMQPEndpoint {
        get throws {
            guard let endpoint = try AMQPConfiguration(urls: brokerURL).endpoints.first else {
                throw CommandFailed(description: "the broker has no address")
            }
            return endpoint
        }
    }

    // MARK: The command line

    nonisolated var environment: [String: String] {
        var variables = ["AMQP_URL": brokerURL, "AMQP_RETRY_LADDER": setting.ladder]
        variables.merge(setting.environment) { $1 }
        for (service, port) in ports { variables["\(service.rawValue.uppercased())_URL"] = "http://127.0.0.1:\(port)" }
        return variables
    }

    /// `shop`, straight to the broker.
    @discardableResult
    nonisolated func command(_ arguments: String..., within limit: Duration = .seconds(60)) async throws
        -> CommandResult
    {
        try await command(arguments, within: limit)
    }

    nonisolated func command(_ arguments: [String], within limit: Duration) async throws -> CommandResult {
        let command = Command(
            executable: ShopBinaries.named("shop"), arguments: arguments, environment: environment)
        return try await command.run(within: limit)
    }

    // MARK: The mail server

    /// Starts it where the setting has one; with other options than the setting's, if any are given.
    func startMailServer(_ options: [String]? = nil) async throws {
        guard let given = setting.mailServer, let smtpPort, mailServer == nil else { return }
        mailServer = try await ShopMailServer.start(
            in: folder.appending(path: "smtp"), port: smtpPort, options ?? given)
    }

    func killMailServer() async {
        await mailServer?.end(within: .seconds(2))
        mailServer = nil
    }
}
