import AMQPBridge
import Synchronization

/// The one thing that happens in these tests.
struct Parcel: Event, Hashable {
    static let type: EventType = "test.parcel.v1"
    static let routingKey: RoutingKey = "parcel.sent"
    var number: Int
    /// Parcels of one customer keep their order.
    var customer: String
    var subject: String { customer }

    init(_ number: Int, of customer: String? = nil) {
        self.number = number
        self.customer = customer ?? "customer-\(number)"
    }
}

/// What follows from a parcel.
struct Receipt: Event, Hashable {
    static let type: EventType = "test.receipt.v1"
    static let routingKey: RoutingKey = "receipt.sent"
    var number: Int
    var subject: String { "receipt-\(number)" }
}

/// Nobody needs to hear it.
struct Rumour: Event {
    static let type: EventType = "test.rumour.v1"
    static let routingKey: RoutingKey = "rumour.heard"
    static let audience = Audience.optional
    var subject: String { "rumour" }
}

struct Broken: Error, CustomStringConvertible {
    var description = "the cart is broken"
}

/// What handlers were called with, in order.
final class Calls: Sendable {
    struct Call: Hashable {
        var number: Int
        var attempt: Int
    }

    private let state = Mutex<(calls: [Call], running: Int, mostRunning: Int)>(([], 0, 0))

    var all: [Call] { state.withLock { $0.calls } }
    var numbers: [Int] { all.map(\.number) }
    var count: Int { state.withLock { $0.calls.count } }
    /// As many ran at the same time, at most.
    var mostRunning: Int { state.withLock { $0.mostRunning } }

    func attempts(of number: Int) -> [Int] { all.filter { $0.number == number }.map(\.attempt) }

    func note(_ parcel: Parcel, _ context: EventContext) {
        state.withLock { $0.calls.append(Call(number: parcel.number, attempt: context.attempt)) }
    }

    func running<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        state.withLock { state in
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
        }
        defer { state.withLock { $0.running -= 1 } }
        return try await body()
    }
}

/// A switch that handlers look at.
final class Switch: Sendable {
    private let state: Mutex<Bool>

    init(_ isOn: Bool) { state = Mutex(isOn) }

    var isOn: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
