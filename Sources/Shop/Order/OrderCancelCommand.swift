import AMQPBridge
import ArgumentParser
import ShopEvents

/// Asks for an order's cancellation straight at the broker: no service has to be up for it.
struct OrderCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel an order; ends when the broker has confirmed the wish.",
        discussion: """
            Needs the broker and nothing else. Whether it comes in time is for the shipping to say: what has left stays \
            shipped, see `shop order show`. It may come before its order, which is then never carried out.
            """
    )

    @Argument(help: "The order's id.")
    var id: String

    @Option(help: "Why, for the customer; up to \(Reason.maxBytes) bytes.")
    var reason = ""

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if OrderID.canonical(id) == nil { throw ValidationError("'\(Visible.text(id))' is not a UUID") }
        if let problem = Reason.problem(reason) { throw ValidationError("--reason \(problem)") }
    }

    func run() async throws {
        let id = OrderID.canonical(id) ?? id
        let command = CancelOrder(orderID: id, reason: reason)
        let publishing = try EventEncoder(source: "/shop/cli").encode(command).publishing(to: ShopTopology.exchange)
        let outcome = try await Broker.withConnection { connection in
            await connection.publish(contentsOf: [publishing]).first
        }
        let failure = CommandFailure(outcome ?? .noOutcome, of: CancelOrder.routingKey)
        if output.json { try Output.json(CommandRow(id, failure)) }
        if let failure { throw Failure.failed("the wish to cancel order \(id) was not confirmed: \(failure.reason)") }
        if !output.json {
            Output.line("order \(id) is to be cancelled\nwhether that came in time: shop order show \(id)")
        }
    }
}

extension PublishOutcome {
    /// Where a connection gave none.
    static let noOutcome = PublishOutcome.unknown(AMQPError(.closed, "the connection gave no outcome"))
}
