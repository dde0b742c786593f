import AMQPBridge
import ArgumentParser
import ShopEvents

/// Which dead letters are meant. What is not said does not matter.
struct LetterFilter: ParsableArguments {
    @Option(help: "Only this service's: order, inventory, shipping or notify.", transform: Self.service)
    var service: ShopService?

    @Option(help: "Only the event of this id.")
    var id: String?

    @Option(help: "Only events of this type, for example shop.order.created.v1.")
    var type: String?

    @Option(help: "Only those that failed last longer ago than this: 90s, 10m, 2h or 3d.")
    var olderThan: Age?

    var isEmpty: Bool { service == nil && id == nil && type == nil && olderThan == nil }

    private static func service(_ name: String) throws -> ShopService {
        guard let service = ShopService(rawValue: name) else {
            let known = ShopService.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no service '\(Visible.text(name))'; there are \(known)")
        }
        return service
    }

    /// A letter that does not say when it failed is not known to be old.
    func matches(_ letter: DeadLetter, now: RFC3339Time = .now) -> Bool {
        if let service, letter.service != service.rawValue { return false }
        if let id, letter.eventID != id { return false }
        if let type, letter.type != type { return false }
        guard let olderThan else { return true }
        guard let failed = letter.lastFailed.flatMap({ RFC3339Time($0) }) else { return false }
        return now.milliseconds - failed.milliseconds > olderThan.milliseconds
    }

    /// Looks into the services' queues, one after the other. A missing queue ends it only after the others were read.
    ///
    /// - Parameter report: called once a service.
    func letters(
        maxBodySize: Int, _ settings: Settings = Settings(), report: ([DeadLetter]) throws -> Void
    ) async throws {
        var configuration = try settings.broker()
        configuration.options.maxBodySize = maxBodySize
        var missing: [String] = []
        for service in service.map({ [$0] }) ?? ShopService.allCases {
            do {
                try report(try await DeadLetters(configuration).list(service.rawValue).filter { matches($0) })
            } catch let error as AMQPError where error.code == .notFound {
                missing.append(error.message)
            }
        }
        if !missing.isEmpty { throw Failure.failed(missing.joined(separator: "\nshop: ")) }
    }
}
