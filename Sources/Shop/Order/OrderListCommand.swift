import ArgumentParser
import ShopEvents

/// Asks the order service for its latest orders.
struct OrderListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List orders, newest first.")

    enum Status: String, CaseIterable, ExpressibleByArgument {
        case placed, confirmed, shipped, rejected, cancelled
    }

    @Option(help: "Only orders of this status.")
    var status: Status?

    @Option(help: "At most this many.")
    var limit = 50

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1, not \(limit)") }
    }

    func run() async throws {
        let address = try Settings().address(of: .order)
        let path = "/orders?limit=\(limit)" + (status.map { "&status=\($0.rawValue)" } ?? "")
        let answer = try await ServiceClient.with(address) { try await $0.get(path, as: OrderList.self) }
        guard let orders = answer?.orders else {
            throw Failure.failed("what answers at \(address.url) is not the order service")
        }
        if output.json {
            try Output.json(orders)
        } else {
            var table = Table(
                .init("ORDER"), .init("STATUS", hasTone: true), .init("UPDATED"), .init("E-MAIL"), .init("LINES"))
            for order in orders {
                table.add(order.orderID, order.status, order.updatedAt, order.email, order.lines.text)
            }
            Output.lines(orders.isEmpty ? ["no orders"] : table.lines(.stdout))
        }
    }
}
