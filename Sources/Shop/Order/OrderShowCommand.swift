import ArgumentParser
import ShopEvents

/// Asks the order service about one order.
struct OrderShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one order and the way it went.")

    @Argument(help: "The order's id.")
    var id: String

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if OrderID.canonical(id) == nil { throw ValidationError("'\(Visible.text(id))' is not a UUID") }
    }

    func run() async throws {
        let id = OrderID.canonical(id) ?? id
        let address = try Settings().address(of: .order)
        let found = try await ServiceClient.with(address) { try await $0.get("/orders/\(id)", as: OrderRecord.self) }
        guard let order = found else {
            throw Failure.failed("the order service knows no order \(id); one just placed may still be in its queue")
        }
        if output.json {
            try Output.json(order)
        } else {
            Output.lines(OrderCard(order: order, style: .stdout).lines)
        }
    }
}
