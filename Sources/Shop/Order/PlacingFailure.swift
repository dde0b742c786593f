import AMQPBridge
import ShopEvents

/// Why an order was not confirmed, for whoever placed it.
struct PlacingFailure: Error, Equatable {
    var reason: String
    /// True when every other order would fail the same way.
    var isForAll: Bool

    private static let remedy = "run `shop topology apply`"

    /// Nil when it was confirmed.
    init?(_ outcome: PublishOutcome) {
        switch outcome {
        case .confirmed: return nil
        case .nacked: self.init("the broker refused it; is a queue full? See `shop status`")
        case .unroutable:
            self.init("nobody listens to \(PlaceOrder.routingKey): \(Self.remedy)", isForAll: true)
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

    private static let perhaps = "perhaps placed all the same; placing again by --id does no harm"
}
