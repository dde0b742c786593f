public import AMQPBridge
import CoreMetrics
import Foundation
public import Hummingbird
public import Ledger
public import Logging
import ServiceLifecycle
import Tracing
import UnixSignals

/// What one service is: its name on the broker, its tables.
public struct ServiceDefinition: Sendable {
    public var name: String
    /// The CloudEvents source of its events.
    public var source: String
    public var defaultPort: Int
    public var topology: @Sendable (QueueType, RetryLadder) -> ServiceTopology
    public var migrations: [Migration]
    /// How it reads events. Default: as everybody writes them, and nothing else.
    public var codec: any EventCodec
    /// From whom it believes events, where each service has a user of its own (`AMQP_CHECK_SENDERS`). Default: from
    /// everybody who may publish.
    public var senders: SenderRule?
    /// Handlers without the ledger that run at the same time.
    public var concurrency: @Sendable (HostConfiguration) -> Int
    /// Finds what is wrong with settings that only this service has, before an older process makes way for this one.
    public var check: @Sendable (HostConfiguration) throws -> Void

    public init(
        name: String, source: String, defaultPort: Int,
        topology: @escaping @Sendable (QueueType, RetryLadder) -> ServiceTopology, migrations: [Migration],
        codec: any EventCodec = CloudEventsCodec(), senders: SenderRule? = nil,
        concurrency: @escaping @Sendable (HostConfiguration) -> Int = { _ in 1 },
        check: @escaping @Sendable (HostConfiguration) throws -> Void = { _ in }
    ) {
        self.name = name
        self.source = source
        self.defaultPort = defaultPort
        self.topology = topology
        self.migrations = migrations
        self.codec = codec
        self.senders = senders
        self.concurrency = concurrency
        self.check = check
    }
}

/// Everything a service is given to set itself up: register handlers, add routes, and return.
public struct ServiceHost {
    public let configuration: HostConfiguration
    public let ledger: EventLedger
    public let bus: RabbitMQEventBus
    /// The admin port's routes.
    public let router: Router<ServiceRequestContext>
    public let logger: Logger
    private let poolWatch: PoolWatch
    private let traceFile: TraceFile?
    private let shutdown: Shutdown

    /// How long a new process waits for the old one's end: ten seconds for the end itself, the rest for whoever is to bring
    /// it about.
    private static let patience = Duration.seconds(60)

    /// Runs a service until SIGTERM or SIGINT, then ends the process.
    ///
    /// While another process of this service has its database, it waits for that one's end, and touches neither database,
    /// port nor queue. So a new version is started beside the old one, and takes over as soon as that is told to end.
    ///
    /// Exit codes: 0 stopped as asked; 1 it failed; 64 a setting is wrong; 70 a handler does not come back, and nothing
    /// else could go on.
    public static func main(
        _ definition: ServiceDefinition, setUp: @escaping @Sendable (ServiceHost) throws -> Void
    ) async -> Never {
        do {
            let configuration = try HostConfiguration(service: definition.name, defaultPort: definition.defaultPort)
            try definition.check(configuration)
            let registry = bootstrapLogsAndMetrics(definition, configuration)
            let logger = Logger(label: definition.name)
            let shutdown = await Shutdown(logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await shutdown.watch() }
                tasks.addTask {
                    let host = try await ServiceHost(definition, configuration, registry, shutdown)
                    try setUp(host)
                    try await host.run()
                }
                try await tasks.next()
                tasks.cancelAll()
            }
            logger.info("Stopped")
            exit(0)
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("\(definition.name): \(error)\n".utf8))
            // At once, so that these are the last words: the HTTP server's shutdown may still have something to say.
            _exit((error as? AMQPError)?.code == .invalidConfiguration ? 64 : 1)
        }
    }

    private static func bootstrapLogsAndMetrics(
        _ definition: ServiceDefinition, _ configuration: HostConfiguration
    ) -> MetricRegistry {
        LoggingSystem.bootstrap(
            { label, provider in
                guard configuration.logsJSON else {
                    var handler = StreamLogHandler.standardError(label: label, metadataProvider: provider)
                    handler.logLevel = configuration.logLevel
                    return handler
                }
                return JSONLogHandler(label: label, logLevel: configuration.logLevel, metadataProvider: provider)
            }, metadataProvider: .handling)
        let registry = MetricRegistry(describing: ServiceMetrics.names)
        MetricsSystem.bootstrap(registry)
        return registry
    }

    private init(
        _ definition: ServiceDefinition, _ configuration: HostConfiguration, _ registry: MetricRegistry,
        _ shutdown: Shutdown
    ) async throws {
        traceFile = try configuration.traceFile.map {
            try TraceFile(path: $0, service: definition.name, logger: Logger(label: definition.name))
        }
        if let traceFile { InstrumentationSystem.bootstrap(FileTracer(file: traceFile)) }
        configuration.crashPoint?.arm()
        configuration.poison?.arm()
        self.configuration = configuration
        self.shutdown = shutdown
        logger = Logger(label: definition.name)
        let encoder = EventEncoder(source: definition.source, codec: definition.codec)
        let ledger = try await EventLedger(
            path: "\(configuration.dataDirectory)/\(definition.name).db", migrations: definition.migrations,
            encoder: encoder, logger: logger,
            handlerLimit: configuration.handlerLimit ?? EventLedger.defaultHandlerLimit, patience: Self.patience)
        var busConfiguration = RabbitMQEventBus.Configuration(
            amqp: configuration.amqp,
            topology: definition.topology(configuration.queueType, configuration.ladder))
        busConfiguration.subscription.prefetch = configuration.prefetch
        busConfiguration.subscription.concurrency = definition.concurrency(configuration)
        busConfiguration.subscription.senders = configuration.checksSenders ? definition.senders : nil
        if let limit = configuration.handlerLimit { busConfiguration.subscription.handlerTimeout = limit }
        // The bus has had its turn before: a deadline, and ten seconds of grace.
        poolWatch = PoolWatch(limit: busConfiguration.subscription.handlerTimeout + .seconds(20), logger: logger)
        let bus = RabbitMQEventBus(busConfiguration, encoder: encoder, logger: logger)
        router = AdminServer.router(on: configuration.host, names: configuration.hostNames) {
            bus.state.obstacles + [ledger.obstacle].compactMap { $0 }
        }
        ServiceMetrics(registry: registry, bus: bus, ledger: ledger).add(to: router)
        OutboxRoute.add(to: router, changing: ledger)
        TraceRoute.add(to: router, service: definition.name, reading: ledger)
        self.ledger = ledger
        self.bus = bus
    }

    private func run() async throws {
        ledger.attach(to: bus)
        let admin = AdminServer.application(router, host: configuration.host, port: configuration.port, logger: logger)
        // Stopped in reverse: first the bus, which finishes what is in hand, then the door.
        var group = ServiceGroupConfiguration(
            services: [.init(service: shutdown), .init(service: admin), .init(service: bus)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // SIGTERM promises an end within ten seconds.
        group.maximumGracefulShutdownDuration = .seconds(9)
        logger.info(
            "Starting",
            metadata: [
                "admin": "http://\(configuration.host):\(configuration.port)",
                "broker": .string(configuration.amqp.endpoints.map(\.description).joined(separator: ", ")),
            ])
        let services = ServiceGroup(configuration: group)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            tasks.addTask { [poolWatch] in await poolWatch.run() }
            if let traceFile { tasks.addTask { await traceFile.run() } }
            try await tasks.next()
            tasks.cancelAll()
        }
        try ledger.close()
        traceFile?.flush()
    }
}
