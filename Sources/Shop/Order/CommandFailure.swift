import AMQPBridge
import ShopEvents

/// Why a command to the order service was not confirmed, for whoever gave it.
struct CommandFailure: Error, Equatable {
    var reason: String
    /// True when every other command of its kind would fail the same way.
    var isForAll: Bool

    private static let remedy = "run `shop topology apply`"

    /// Nil when it was confirmed.
    ///
    /// - Parameter routingKey: the command's.
    init?(_ outcome: PublishOutcome, of routingKey: RoutingKey) {
        switch outcome {
        case .confirmed: return nil
        case .nacked: self.init("the broker refused it; is a queue full? See `shop status`")
        case .unroutable: self.init("nobody listens to \(routingKey): \(Self.remedy)", isForAll: true)
        case .unknown(let cause): self.init(cause)
        }
    }

    private init(_ reason: String, isForAll: Bool = false) {
        self.reason = reason
        self.isForAll = isForAll
    }

    private init(_ cause: AMQPError) {
        switch cause.code {
        case .notFound:
            // The broker closes the channel over a missing exchange: nothing in flight was stored.
            self.init("there is no exchange \(ShopTopology.exchange): \(Self.remedy)", isForAll: true)
        case .permissionDenied, .tooLarge, .invalidConfiguration:
            self.init(cause.message, isForAll: true)
        default:
            self.init("\(cause.message); \(Self.perhaps)", isForAll: true)
        }
    }

    private static let perhaps = "perhaps it arrived all the same; the same again for the same order does no harm"
}

/// What `--json` tells of a command: whether the broker has it.
struct CommandRow: Encodable, Equatable {
    var orderID: String
    var confirmed: Bool
    var error: String?

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case confirmed, error
    }

    init(_ orderID: String, _ failure: CommandFailure?) {
        self.orderID = orderID
        confirmed = failure == nil
        error = failure?.reason
    }
}
