import AMQPBridge
import Foundation
import ShopEvents

/// The dead letters of all services: looked at when their number changes, replayed and discarded.
actor LetterDesk {
    /// Shown of each service, the oldest first.
    private static let maxShown = 100
    /// Between two looks, and ten times as long as the last one took: a look holds the queue alone.
    private static let pause = Duration.seconds(2)
    /// A queue needs a moment to take back what somebody held.
    private static let aftermath = Duration.milliseconds(500)

    struct Letters: Encodable, Sendable {
        var letters: [Letter] = []
        /// How many there are; more than are shown here, when they are too many.
        var total = 0
        /// Why those of a service cannot be seen.
        var failures: [String] = []
    }

    private let dead: DeadLetters
    /// How many each service has, by the queues.
    private var depths: [ShopService: Int] = [:]
    private var seen: (letters: Letters, depths: [ShopService: Int])?
    /// Looks and settlements that hold a queue.
    private var visits = 0
    private var visited = ContinuousClock.now
    private var next = ContinuousClock.now

    init(_ configuration: AMQPConfiguration) {
        var configuration = configuration
        configuration.options.name = "board letters"
        dead = DeadLetters(configuration)
    }

    /// What to show as the queues' depths: while letters are in somebody's hand here, the queues themselves miss them.
    func corrected(_ depths: [ShopService: Int]) -> [ShopService: Int] {
        if visits == 0, ContinuousClock.now - visited >= Self.aftermath { self.depths = depths }
        return self.depths
    }

    func look() async -> Letters {
        if let seen, isSeen || visits > 0 || ContinuousClock.now < next { return seen.letters }
        let (begun, depths) = (ContinuousClock.now, depths)
        var letters = Letters(total: depths.values.reduce(0, +))
        for (service, depth) in depths.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where depth > 0 {
            do {
                letters.letters += try await visiting { try await self.first(of: service) }
            } catch {
                let reason = (error as? AMQPError)?.message ?? "\(error)"
                letters.failures.append("\(service.rawValue): \(reason)")
            }
        }
        guard !Task.isCancelled else { return seen?.letters ?? letters }
        seen = (letters, depths)
        next = .now + max(Self.pause, (.now - begun) * 10)
        return letters
    }

    /// Whether what was seen is all there is by the queues' depths, then and now.
    private var isSeen: Bool {
        guard let seen, seen.depths == depths, seen.letters.failures.isEmpty else { return false }
        let counts = Dictionary(grouping: seen.letters.letters, by: \.service).mapValues(\.count)
        return depths.allSatisfy { counts[$0.key.rawValue, default: 0] == min($0.value, Self.maxShown) }
    }

    private struct Enough: Error {}

    private func first(of service: ShopService) async throws -> [Letter] {
        var first: [Letter] = []
        do {
            try await dead.look(service.rawValue) { letters in
                first += letters.prefix(Self.maxShown - first.count).map { Letter($0) }
                if first.count == Self.maxShown { throw Enough() }
            }
        } catch is Enough {}
        return first
    }

    enum Fate: String, Sendable { case replay, discard }

    /// - Returns: nil when there is no such letter.
    func settle(_ eventID: String, of service: ShopService, _ fate: Fate) async throws -> [DeadLetterResult]? {
        let selection = DeadLetterSelection(eventID: eventID)
        let results = try await visiting {
            switch fate {
            case .replay: try await self.dead.replay(service.rawValue, where: selection)
            case .discard: try await self.dead.discard(service.rawValue, where: selection)
            }
        }
        // As many may be there as before: what was replayed, and failed again.
        seen?.depths = [:]
        next = .now
        return results.isEmpty ? nil : results
    }

    private func visiting<Result>(_ visit: () async throws -> Result) async throws -> Result {
        visits += 1
        defer {
            visits -= 1
            visited = .now
        }
        return try await visit()
    }
}

/// A dead letter as the board shows it: without its body, which holds what is the customers' business.
struct Letter: Encodable, Sendable {
    var service: String
    /// Without one it cannot be named, and so not be settled here.
    var eventID: String?
    var event: String
    var attempts: Int
    var replays: Int
    var error: String
    var firstFailed: String?
    var lastFailed: String?
    /// The order it is about, as far as it says.
    var orderID: String?

    enum CodingKeys: String, CodingKey {
        case service, event, attempts, replays, error
        case eventID = "event_id"
        case firstFailed = "first_failed"
        case lastFailed = "last_failed"
        case orderID = "order_id"
    }

    init(_ letter: DeadLetter) {
        service = letter.service
        eventID = letter.eventID
        event = letter.routingKey
        attempts = letter.attempts
        replays = letter.replays
        error = letter.error
        firstFailed = letter.firstFailed
        lastFailed = letter.lastFailed
        let metadata = try? CloudEventsCodec().decodeMetadata(letter.body)
        orderID =
            [metadata?.correlationID, letter.properties.correlationID].compactMap(\.self)
            .compactMap { UUID(uuidString: $0)?.uuidString.lowercased() }.first
    }
}
