import Foundation
import ShopRunning
import Testing

extension WholeShop {
    /// `shop watch` as somebody at a terminal has it: a process that runs until it is told to stop.
    @Suite("Events can be watched as they pass", .shop, .serialized, .timeLimit(.minutes(2)))
    struct Watching {
        @Test("An order's whole way, in order, with its ids; SIGINT ends it with 0, and its queue is gone")
        func wholeWay() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("MUG=100")
            try await WatchProcess.with(shop, "--json") { watch in
                let id = try #require(try await shop.place("MUG=1").first)
                let way = try await waitFor("the order's last event") {
                    let rows = try watch.rows().filter { $0.orderId == id }
                    return rows.last?.event == "shipping.started" ? rows : nil
                }
                #expect(
                    way.map(\.event) == ["order.place", "order.created", "inventory.updated", "shipping.started"])
                #expect(way.map(\.service) == ["cli", "order", "inventory", "shipping"])
                #expect(way.dropFirst().map(\.causationId) == way.dropLast().map(\.eventId))
                #expect(Set(way.map(\.eventId)).count == 4)
                for row in way { #expect(row.time.hasSuffix("Z") && row.time.count == 24) }

                #expect(try await watch.queues().count == 1)
                watch.process.signal(SIGINT)
                #expect(try await watch.process.exit(within: .seconds(10)) == 0)
                #expect(try await watch.queues().isEmpty)
                #expect(watch.errorText.isEmpty, "\(watch.errorText)")
            }
        }

        @Test("As text: a line an event under a heading; SIGTERM ends it with 0")
        func text() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("CUP=10")
            try await WatchProcess.with(shop) { watch in
                let id = try #require(try await shop.place("CUP=1").first)
                try await waitFor("the order's last event") { watch.outputText.contains("shipping.started") }
                let lines = watch.outputText.split(separator: "\n")
                #expect(lines.first?.hasPrefix("TIME ") == true)
                let way = lines.filter { $0.contains(id) }
                #expect(way.count == 4)
                let columns = Set(
                    way.map { line in line.range(of: id).map { line.distance(from: line.startIndex, to: $0.lowerBound) }
                    })
                #expect(columns.count == 1, "the ids stand below each other")
                watch.process.signal(SIGTERM)
                #expect(try await watch.process.exit(within: .seconds(10)) == 0)
            }
        }

        @Test("All connections are closed: it says so, connects again and goes on")
        func forcedClose() async throws {
            let shop = try ShopFixture.current()
            try await shop.setStock("TEE=10")
            try await WatchProcess.with(shop, "--json") { watch in
                try await shop.broker.control("-q", "close_all_connections", "--vhost", shop.virtualHost, "test")
                try await waitFor("its word that it is back") { watch.errorText.contains("connected again") }
                let id = try #require(try await shop.place("TEE=1").first)
                try await waitFor("an event after that") { try watch.rows().contains { $0.orderId == id } }
                try await shop.waitUntilShipped([id])
                #expect(watch.process.exitCode == nil)
                #expect(watch.errorText.split(separator: "\n").allSatisfy { $0.hasPrefix("shop: ") })
            }
        }

        @Test("Its reader has gone, as with `head`: it ends, and so does its queue")
        func readerLeaves() async throws {
            let shop = try ShopFixture.current()
            let script = "'\(ShopBinaries.named("shop").path)' watch | head -n 1"
            let watch = Command(
                executable: URL(filePath: "/bin/sh"), arguments: ["-c", script],
                environment: ["AMQP_URL": shop.brokerURL])
            async let ended = watch.run(within: .seconds(30))
            try await waitFor("the watcher's queue") { try await !shop.tailQueues().isEmpty }
            // Whatever it writes after the heading finds nobody.
            try await waitFor("the end of its queue", within: .seconds(30)) {
                _ = try await shop.place("NOTHING=1")
                return try await shop.tailQueues().isEmpty
            }
            #expect(try await ended.output.hasPrefix("TIME "))
        }
    }
}

/// A running `shop watch`.
struct WatchProcess: Sendable {
    struct Row: Decodable, Sendable {
        var time: String
        var service: String
        var event: String
        var orderId: String?
        var eventId: String?
        var causationId: String?
    }

    let process: ChildProcess
    private let shop: ShopFixture
    private let output: URL
    private let errors: URL

    /// Watches for as long as the body runs, beginning when it sees everything.
    static func with(
        _ shop: ShopFixture, _ arguments: String..., body: (WatchProcess) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with("watch") { folder in
            let (output, errors) = (folder.appending(path: "out"), folder.appending(path: "err"))
            let process = try ChildProcess(
                ShopBinaries.named("shop"), ["watch"] + arguments,
                environment: Command.inherited.merging(["AMQP_URL": shop.brokerURL]) { $1 }, output: output,
                errors: errors)
            let watch = WatchProcess(process: process, shop: shop, output: output, errors: errors)
            do {
                try await waitFor("the watcher's consumer", within: .seconds(20)) {
                    try await watch.queues().contains { $0.hasSuffix("\t1") }
                }
                try await body(watch)
            } catch {
                await process.end()
                throw error
            }
            await process.end()
        }
    }

    func rows() throws -> [Row] {
        try CommandResult(command: "watch", exitCode: 0, output: outputText, errors: "").rows()
    }

    /// Whole lines only.
    var outputText: String {
        let text = Self.text(output)
        return text.lastIndex(of: "\n").map { String(text[...$0]) } ?? ""
    }

    var errorText: String { Self.text(errors) }

    func queues() async throws -> [String] { try await shop.tailQueues() }

    private static func text(_ file: URL) -> String {
        (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension ShopFixture {
    nonisolated var virtualHost: String { URL(string: brokerURL)?.lastPathComponent ?? "" }

    /// Name and number of consumers of every tail's queue.
    nonisolated func tailQueues() async throws -> [String] {
        try await broker.control("-q", "list_queues", "-p", virtualHost, "--no-table-headers", "name", "consumers")
            .split(separator: "\n").map(String.init).filter { $0.hasPrefix("amqpbridge.tail.") }
    }
}
