// swift-tools-version: 6.1

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let tracingTesting = Target.Dependency.product(name: "InMemoryTracing", package: "swift-distributed-tracing")
let metricsTesting = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

/// One service of the shop: an executable that may use the host, the ledger, the contract and the bridge, and no
/// other service.
func service(
    _ name: String, at path: String? = nil, with others: [Target.Dependency] = [], embedding resources: [Resource] = []
) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["ServiceHost", "Ledger", "ShopEvents", "AMQPBridge", log, tracing, lifecycle, hummingbird]
            + others,
        path: path,
        resources: resources,
        swiftSettings: settings
    )
}

func tests(_ name: String, of dependencies: Target.Dependency...) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// With a folder of the databases that earlier versions left behind.
func schemaTests(_ name: String, of dependencies: Target.Dependency...) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["SchemaTesting"], exclude: ["Schemas"], swiftSettings: settings)
}

let package = Package(
    name: "amqp-bridge",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "AMQPBridge", targets: ["AMQPBridge"]),
        .library(name: "AMQPBridgeTesting", targets: ["AMQPBridgeTesting"]),
        .library(name: "Ledger", targets: ["Ledger"]),
        .executable(name: "OrderSvc", targets: ["OrderSvc"]),
        .executable(name: "InventorySvc", targets: ["InventorySvc"]),
        .executable(name: "ShippingSvc", targets: ["ShippingSvc"]),
        .executable(name: "NotifySvc", targets: ["NotifySvc"]),
        .executable(name: "BoardSvc", targets: ["BoardSvc"]),
        .executable(name: "shop", targets: ["Shop"]),
        // For fault scenarios alone, which load it into services: a product, because only those are shared libraries.
        .library(name: "WallClock", type: .dynamic, targets: ["WallClock"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.7.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.25.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.5.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CRabbitMQ",
            pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"]), .brew(["rabbitmq-c"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
        ),
        .target(
            name: "AMQPBridge",
            dependencies: ["CRabbitMQ", "COpenSSL", log, metrics, tracing, collections, lifecycle],
            swiftSettings: settings
        ),
        .target(
            name: "AMQPBridgeTesting",
            dependencies: ["AMQPBridge", log, metrics, tracing, collections, lifecycle],
            swiftSettings: settings
        ),
        .target(
            name: "Ledger",
            dependencies: ["CSQLite", "AMQPBridge", log, lifecycle, .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings
        ),
        .target(
            name: "ServiceHost",
            dependencies: [
                "AMQPBridge", "Ledger", log, metrics, tracing, lifecycle, hummingbird,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: settings
        ),
        .target(name: "ShopEvents", dependencies: ["AMQPBridge"], swiftSettings: settings),
        // The API's description is part of the binary, too.
        service(
            "OrderSvc",
            with: ["COpenSSL", .product(name: "AsyncAlgorithms", package: "swift-async-algorithms")],
            embedding: [.embedInCode("openapi.json")]),
        service("InventorySvc"),
        service("ShippingSvc"),
        // The templates are part of the binary, which therefore runs wherever it is copied to.
        service(
            "NotifySvc", with: ["CCurl", .product(name: "Mustache", package: "swift-mustache")],
            embedding: [.embedInCode("Templates")]),
        // So is the page.
        service(
            "BoardSvc",
            with: [
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            embedding: [.embedInCode("Page")]),
        .executableTarget(
            name: "Shop",
            dependencies: [
                "AMQPBridge", "ShopEvents", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Greeter",
            dependencies: [
                "AMQPBridge", log, lifecycle, .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Examples/Greeter",
            swiftSettings: settings
        ),
        tests("AMQPBridgeTests", of: "AMQPBridge", "AMQPBridgeTesting"),
        tests("AMQPBridgeTestingTests", of: "AMQPBridgeTesting", "AMQPBridge", metricsTesting, tracing, tracingTesting),
        schemaTests("LedgerTests", of: "Ledger", "AMQPBridge", "AMQPBridgeTesting"),
        tests("ShopEventsTests", of: "ShopEvents", "AMQPBridge"),
        tests(
            "ServiceHostTests", of: "ServiceHost", metrics, tracing, "Ledger", "ShopEvents", "AMQPBridge",
            "ShopRunning",
            hummingbird, httpTesting),
        schemaTests(
            "OrderSvcTests", of: "OrderSvc", "ServiceHost", "Ledger", "ShopEvents", "AMQPBridge", hummingbird,
            httpTesting),
        schemaTests(
            "InventorySvcTests", of: "InventorySvc", "ServiceHost", "Ledger", "ShopEvents", "AMQPBridge",
            "AMQPBridgeTesting",
            hummingbird, httpTesting),
        schemaTests("ShippingSvcTests", of: "ShippingSvc", "Ledger", "ShopEvents", "AMQPBridge"),
        schemaTests(
            "NotifySvcTests", of: "NotifySvc", "ServiceHost", "Ledger", "ShopEvents", "AMQPBridge", "AMQPBridgeTesting"),
        schemaTests(
            "BoardSvcTests", of: "BoardSvc", "ServiceHost", "Ledger", "ShopEvents", "AMQPBridge", hummingbird,
            httpTesting),
        tests("ShopTests", of: "Shop", "AMQPBridge", "ShopEvents"),
        tests(
            "SimulationTests", of: "AMQPBridgeTesting", "OrderSvc", "InventorySvc", "ShippingSvc", "NotifySvc",
            "Ledger", "ShopEvents", "AMQPBridge", log),
        tests("IntegrationTests", of: "AMQPBridge", "AMQPBridgeTesting", "Ledger", "ShopEvents", "ShopRunning"),
        // The shop's processes, commands and peers, as tests and fault scenarios run them.
        .target(
            name: "ShopRunning",
            dependencies: ["AMQPBridge", "AMQPBridgeTesting", "ShopEvents"],
            path: "Tests/ShopRunning",
            swiftSettings: settings
        ),
        // What is in a database, and those that earlier versions left behind.
        .target(
            name: "SchemaTesting",
            dependencies: ["Ledger", "ShopRunning", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Tests/SchemaTesting",
            swiftSettings: settings
        ),
        // Stands beside the shop's own inventory in the test of rolling upgrades.
        service("NextInventorySvc", at: "Tests/NextInventorySvc"),
        .executableTarget(
            name: "Faults",
            dependencies: [
                "ShopRunning", "AMQPBridge", "AMQPBridgeTesting", "ShopEvents",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Faults",
            swiftSettings: settings
        ),
        // Moves a process's wall clock; loaded by the fault scenarios of the clock, and linked by nobody.
        .target(name: "WallClock", path: "Tests/WallClock"),
        tests("FaultTests", of: "Faults", "AMQPBridgeTesting"),
        .target(name: "Measure", path: "Benchmarks/Measure", swiftSettings: settings),
        .executableTarget(
            name: "DoorBench",
            dependencies: ["Measure", .product(name: "AsyncHTTPClient", package: "async-http-client")],
            path: "Benchmarks/DoorBench",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "BridgeBench",
            dependencies: ["AMQPBridge", "Measure"],
            path: "Benchmarks/BridgeBench",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "PartsBench",
            dependencies: ["Ledger", "AMQPBridge", "ShopEvents", "Measure", log],
            path: "Benchmarks/PartsBench",
            exclude: ["instructions.txt"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "ChainBench",
            dependencies: ["Ledger", "AMQPBridge", "Measure", log],
            path: "Benchmarks/ChainBench",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "BenchReport",
            dependencies: ["Measure", .product(name: "Histogram", package: "hdrhistogram-swift")],
            path: "Benchmarks/BenchReport",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "LedgerBench",
            dependencies: ["Ledger", "AMQPBridge", "Measure", log],
            path: "Benchmarks/LedgerBench",
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
