import AMQPBridgeTesting
import Foundation
import ShopRunning

/// People with a command line: they place orders by `shop order place --rate`, cancel some, and come again when the shop
/// cannot be reached. Each order's confirm, or its lack, is taken from what the command printed.
actor Customers {
    private let shop: DrillShop
    private let goal: Int
    private var random: SeededGenerator
    private var batches = 0
    private(set) var published = 0
    private(set) var confirmed: Set<String> = []
    private var orders: [String: Set<String>] = [:]
    private var isWanted = true

    /// Nobody has more than a few of these, so most orders of it are rejected.
    static let scarce = "COMET"
    static let plenty = ["ANVIL", "ROCKET", "MAGNET"]
    static let stock = plenty.map { "\($0)=10000000" } + ["\(scarce)=7"]
    /// More open orders than this, and customers wait: the shop's queues are not what is tried.
    private static let patience = 2000

    init(_ shop: DrillShop, goal: Int, random: SeededGenerator) {
        self.shop = shop
        self.goal = goal
        self.random = random
    }

    var confirmedCount: Int { confirmed.count }

    /// Those that were confirmed to this e-mail address.
    func orders(of address: String) -> Set<String> { orders[address] ?? [] }

    /// Enough is broken: the goal is the end.
    func finish() { isWanted = false }

    /// Places orders until nobody wants more and the goal is reached.
    func run(open: @Sendable () -> Int) async throws {
        while isWanted || confirmed.count < goal {
            try Task.checkCancellation()
            if open() > Self.patience {
                try await Task.sleep(for: .milliseconds(100))
                continue
            }
            batches += 1
            let isFew = random.below(5) == 0
            let isEnough = confirmed.count >= goal
            let size = isFew ? 3 : isEnough ? 5 : min(shop.setting.rate / 2, max(1, goal / 10))
            let sku = isFew ? Self.scarce : Self.plenty[random.below(Self.plenty.count)]
            let new = try await place(size, sku, rate: isEnough ? 10 : shop.setting.rate)
            // Nobody there: people try again, not at once.
            if new.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
            if let one = new.last, random.below(2) == 0 { try await cancel(one) }
        }
    }

    /// Places one more order, under a known id.
    func place(_ orderID: String) async throws {
        guard try await place(["--id", orderID, "--line", "\(Self.plenty[0])=1"]) == [orderID] else {
            throw CommandFailed(description: "order \(orderID) was not confirmed")
        }
    }

    private func place(_ count: Int, _ sku: String, rate: Int) async throws -> [String] {
        try await place([
            "--count", "\(count)", "--rate", "\(rate)", "--line",
            "\(sku)=\(sku == Self.scarce ? 5 : 1 + random.below(3))",
        ])
    }

    private func place(_ what: [String]) async throws -> [String] {
        let email = shop.setting.email(batches)
        let rows = try await rows(["order", "place", "--json", "--email", email] + what)
        published += rows.count
        let new = rows.filter(\.confirmed).map { $0.orderId.lowercased() }
        confirmed.formUnion(new)
        orders[email, default: []].formUnion(new)
        return new
    }

    private func cancel(_ orderID: String) async throws {
        _ = try await rows(["order", "cancel", orderID, "--reason", "changed my mind", "--json"])
    }

    /// What the command printed, whatever became of it: one that hangs is killed, and what it had printed counts.
    private func rows(_ arguments: [String]) async throws -> [PlacedRow] {
        try await TemporaryFolder.with("customer") { folder in
            let (output, errors) = (folder.appending(path: "out"), folder.appending(path: "err"))
            let process = try ChildProcess(
                ShopBinaries.named("shop"), arguments,
                environment: Command.inherited.merging(shop.environment) { $1 }, output: output, errors: errors)
            _ = try? await process.exit(within: .seconds(60))
            await process.end(within: .zero)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            // A last line may be cut off.
            return try Data(contentsOf: output).split(separator: UInt8(ascii: "\n")).compactMap {
                try? decoder.decode(PlacedRow.self, from: Data($0))
            }
        }
    }
}
