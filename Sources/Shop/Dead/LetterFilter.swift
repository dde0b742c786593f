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

    @Option(help: "Only those whose error contains this text, in capitals or not.")
    var error: String?

    @Option(help: "Only those that failed last longer ago than this: 90s, 10m, 2h or 3d.")
    var olderThan: TimeSpan?

    @Flag(help: "Every letter, or every one that the other options leave.")
    var all = false

    /// Nothing says which, not even `--all`.
    var isMissing: Bool { !all && service == nil && selection.isEmpty }

    var selection: DeadLetterSelection {
        DeadLetterSelection(
            eventID: id, type: type, errorContains: error, olderThan: olderThan.map { .milliseconds($0.milliseconds) })
    }

    var services: [ShopService] { service.map { [$0] } ?? ShopService.allCases }

    private static func service(_ name: String) throws -> ShopService {
        guard let service = ShopService(rawValue: name) else {
            let known = ShopService.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no service '\(Visible.text(name))'; there are \(known)")
        }
        return service
    }

    /// An empty variable in a script must not select every letter.
    func validate() throws {
        for (name, text) in [("--id", id), ("--type", type), ("--error", error)] where text?.isEmpty == true {
            throw ValidationError("\(name) is empty")
        }
    }

    /// Visits the services' queues, one after the other. A missing queue ends it only after the others were visited.
    func eachService(
        maxBodySize: Int? = nil, _ settings: Settings = Settings(),
        _ visit: (DeadLetters, String) async throws -> Void
    ) async throws {
        var configuration = try settings.broker()
        if let maxBodySize { configuration.options.maxBodySize = maxBodySize }
        let letters = DeadLetters(configuration)
        var missing: [String] = []
        for service in services {
            do {
                try await visit(letters, service.rawValue)
            } catch let error as AMQPError where error.code == .notFound {
                missing.append(error.message)
            }
        }
        if !missing.isEmpty { throw Failure.failed(missing.joined(separator: "\nshop: ")) }
    }
}

/// The same, where the event's id may stand by itself.
struct ChosenLetters: ParsableArguments {
    @Argument(help: "The event's id; the same as --id.")
    var eventID: String?

    @OptionGroup var options: LetterFilter

    var filter: LetterFilter {
        var filter = options
        filter.id = filter.id ?? eventID
        return filter
    }

    func validate() throws {
        if eventID?.isEmpty == true { throw ValidationError("the event's id is empty") }
        if let eventID, let id = options.id, id != eventID { throw ValidationError("two different ids are given") }
        guard filter.isMissing else { return }
        throw ValidationError(
            "say which: an event's id, --service, --type, --error or --older-than; or --all for every letter")
    }
}
