import AMQPBridgeTesting
import Foundation
import ShopEvents
import ShopRunning

/// What a scenario works with: a shop that runs, customers who go on placing orders, and the words for what happens to
/// them.
///
/// A body says ``clean()`` when nothing is in the way any more; everything else it does by ``shop``, ``broker``, ``path``
/// and ``tap``.
actor Drill {
    nonisolated let scenario: Scenario
    nonisolated let order: DrillOrder
    nonisolated let shop: DrillShop
    nonisolated let customers: Customers
    nonisolated let tap: Tap
    /// Every choice of a body comes from here.
    private var random: SeededGenerator
    private(set) var record = DrillRecord()

    init(_ scenario: Scenario, _ order: DrillOrder, shop: DrillShop, customers: Customers, tap: Tap) {
        self.scenario = scenario
        self.order = order
        self.shop = shop
        self.customers = customers
        self.tap = tap
        random = order.generator(for: scenario.name)
    }

    /// The broker, and `rabbitmqctl` for it.
    nonisolated var broker: ShopBroker { shop.broker }

    /// The nodes, where the setting's site is a cluster.
    nonisolated var cluster: ShopCluster { ShopCluster(runDirectory: shop.folder.path) }

    /// Between the services and the broker, for scenarios that ask for it.
    nonisolated var path: FaultProxy {
        get throws {
            guard let path = shop.path else { throw CommandFailed(description: "this scenario's setting has no path") }
            return path
        }
    }

    /// The services' own, for scenarios that ask for it.
    nonisolated var clock: WallClock {
        get throws {
            guard let clock = shop.clock else {
                throw CommandFailed(description: "this scenario's setting has no clock")
            }
            return clock
        }
    }

    // MARK: Choosing

    func choose(_ limit: Int) -> Int { random.below(limit) }

    func chooseService() -> ShopService { ShopService.workers[random.below(ShopService.workers.count)] }

    func shuffle<Element>(_ elements: [Element]) -> [Element] { elements.shuffled(using: &random) }

    /// A random while.
    func pause(upTo limit: Duration) async throws {
        try await Task.sleep(for: .milliseconds(random.below(Int(limit / .milliseconds(1)) + 1)))
    }

    // MARK: Waiting for the flow

    /// Waits until so many more orders were confirmed to customers than at the time of the call.
    func flow(_ count: Int = 20, within limit: Duration = .seconds(60)) async throws {
        let goal = await customers.confirmedCount + count
        try await waitFor("\(count) more orders to be confirmed", within: limit) {
            await customers.confirmedCount >= goal
        }
    }

    /// Waits until a share of all orders of this scenario, 0 to 1, was confirmed.
    func flow(toShare share: Double, within limit: Duration = .seconds(600)) async throws {
        let goal = Int(Double(order.orders(of: scenario)) * share)
        try await waitFor("\(goal) confirmed orders", within: limit) { await customers.confirmedCount >= goal }
    }

    // MARK: What there is to report

    /// Counts what was done to somebody: `killed("broker")`.
    func killed(_ whom: String) { record.kills[whom, default: 0] += 1 }

    /// Changes what the oracle is to expect.
    func expect(_ change: @Sendable (inout Evidence.Expected) -> Void) { change(&record.expected) }

    /// Something that the table's reader should know.
    func note(_ text: String) { record.notes.append(text) }

    /// Waits until each of these services says that it is not ready: it has noticed. Records the longest time, and fails
    /// the scenario when that is over two heartbeats of ten seconds.
    ///
    /// - Parameters:
    ///   - words: what must stand in their reasons.
    ///   - begin: when it was broken.
    func noticed(
        by services: [ShopService] = ShopService.workers, saying words: String = "",
        since begin: ContinuousClock.Instant
    ) async throws {
        for service in services {
            try await waitFor("\(service) to notice, saying '\(words)'", within: .seconds(40), every: .milliseconds(50))
            {
                guard let obstacles = try await self.shop.obstacles(of: service) else { return false }
                return words.isEmpty || obstacles.contains(words)
            }
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        record.noticedSeconds = max(record.noticedSeconds ?? 0, seconds)
        if seconds > 20.25 {
            record.failures.append(String(format: "noticed after %.1f s, later than two heartbeats", seconds))
        }
    }

    /// Waits until each service's log holds these words.
    func logged(_ words: String) async throws {
        for service in ShopService.workers {
            try await waitFor("\(service) to log '\(words)'", within: .seconds(10)) {
                shop.log(of: service).contains(words)
            }
        }
    }

    /// From here on nothing is in the way. Waits until each of these services has done something new that has also arrived,
    /// and records how long that took; too long fails the scenario.
    ///
    /// - Parameter ahead: so far the services' wall clock is ahead of this one.
    func clean(_ services: [ShopService] = ShopService.workers, ahead: Duration = .zero) async throws {
        let (begin, date) = (ContinuousClock.now, Date())
        let new = date.addingTimeInterval(ahead / .seconds(1))
        tap.watch(new..<new.addingTimeInterval(12 * 3600))
        var waiting = Set(services)
        try await waitFor(
            "work to go on in \(services.map(\.rawValue))", within: .seconds(60), every: .milliseconds(20)
        ) {
            waiting = waiting.filter { !progressed($0, since: date) }
            return waiting.isEmpty
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        record.resumeSeconds.append(seconds)
        if seconds > scenario.setting.resumeLimit / .seconds(1) {
            record.failures.append(String(format: "resumed after %.1f s", seconds))
        }
    }

    private func progressed(_ service: ShopService, since date: Date) -> Bool {
        if service == .notify { return shop.mail.lastArrival.map { $0 >= date } ?? false }
        return tap.read { $0.watchedSources.contains(service.source) }
    }
}

/// What came of a scenario so far, beside the orders.
struct DrillRecord: Sendable {
    var kills: [String: Int] = [:]
    var expected = Evidence.Expected()
    var notes: [String] = []
    var failures: [String] = []
    var noticedSeconds: Double?
    var resumeSeconds: [Double] = []
}
