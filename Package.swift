// swift-tools-version: 6.1
// LOCAL, TRIMMED COPY for fast builds in this worktree only; never to be merged.
import PackageDescription
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let package = Package(
    name: "amqp-bridge",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    ],
    targets: [
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"]), .brew(["rabbitmq-c"])]),
        .target(name: "AMQPBridge", dependencies: ["CRabbitMQ", log, collections, lifecycle], swiftSettings: settings),
        .target(name: "AMQPBridgeTesting", dependencies: ["AMQPBridge", log], swiftSettings: settings),
        .executableTarget(name: "BridgeBench", dependencies: ["AMQPBridge", .product(name: "ArgumentParser", package: "swift-argument-parser")], path: "Benchmarks/BridgeBench", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
