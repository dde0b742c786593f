import AMQPBridgeTesting
import ShopEvents

/// One way to break the shop on purpose, while orders flow.
///
/// A new one is a value of this type in `Scenarios/`, and its name in ``Catalogue``. Whether the shop stood it is not its
/// business: the oracle judges every scenario alike.
struct Scenario: Sendable {
    enum Family: String, CaseIterable, Sendable {
        case broker, service, path, poison, events, storage, clock, security, mail, cluster
    }

    var name: String
    var family: Family
    /// What is done, in a few words, for `--list`.
    var summary: String
    var setting = Setting()
    /// What this machine must have; what it lacks makes the scenario skipped.
    var needs: [Need] = []
    /// Breaks, waits, mends. Customers place orders from before it begins until it has returned. What it throws fails the
    /// scenario.
    var breakIt: @Sendable (Drill) async throws -> Void
}

/// What the shop of a scenario is made of.
struct Setting: Sendable {
    /// Where its broker runs.
    enum Site: Sendable {
        /// One node, by `deploy/broker`.
        case oneNode
        /// One node or three, by `deploy/cluster`, in whose network the whole scenario then runs.
        case cluster(nodes: Int)
    }

    var site = Site.oneNode
    /// The services reach the broker through ``Drill/path``; customers and the oracle do not.
    var usesPath = false
    /// The services reach the broker by TLS, through ``DrillShop/tls``; customers and the oracle do not.
    var usesTLS = false
    /// Beside what every service gets.
    var environment: [String: String] = [:]
    var serviceEnvironment: [ShopService: [String: String]] = [:]
    /// Retries in a scenario come soon: nobody waits minutes for a proof.
    var ladder = "1s,1s,2s,2s"
    /// A mail server instead of a folder, with these options of its own.
    var mailServer: [String]?
    /// Each service has its data on a disk of its own of so many MiB, which is gone when its process is; nil: in a folder
    /// like any other.
    var diskSize: Int?
    /// The services' wall clock is ``DrillShop/clock``.
    var setsClock = false
    /// What ends by itself is started again, as a supervisor of processes would; elsewhere that is a failure.
    var restartsWhatEnds = false
    /// From the moment the path is clean until every service has done something new.
    var resumeLimit = Duration.seconds(5)
    /// From the end of the last order's placing until all are where they end.
    var settleLimit = Duration.seconds(90)
    /// Orders a second, until there are enough of them.
    var rate = 40
    /// The customers' e-mail address, by the number of their batch.
    var email: @Sendable (Int) -> String = { "customer\($0)@example.org" }
}

/// Something that not every machine has.
struct Need: Sendable {
    /// Nil when it is there; otherwise why the scenario cannot run.
    var missing: @Sendable () -> String?
}
