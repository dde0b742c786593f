public import AMQPBridge
import GRDB
public import Logging
import Synchronization

/// A service's durable memory for exactly-once effect: state, inbox and outbox in one transaction.
///
/// A handler is a synchronous function from an event to events over the transaction, without I/O. Deliveries are handled
/// in batches, one transaction a batch: the event's id goes into the inbox first (already there: skipped), then the
/// handler runs, and the events it returns go into the outbox. Only after the commit are the deliveries acked and the
/// events sent. A handler that throws undoes its own part alone and sends its event to the dead letters.
public final class EventLedger: Sendable {
    typealias Handler = @Sendable (any Event, LedgerTransaction) throws -> [any Event]

    private struct State {
        var handlers: [EventType: Handler] = [:]
        var eventTypes: [any Event.Type] = []
        var obstacle: String?
    }

    let database: LedgerDatabase
    let encoder: EventEncoder
    let relay: OutboxRelay
    let watch: HandlerWatch
    let logger: Logger
    private let state = Mutex(State())

    /// Opens the database, or makes it.
    ///
    /// - Parameters:
    ///   - path: the database file; its folder is made when missing, for the owner alone.
    ///   - migrations: the service's own tables.
    ///   - encoder: who emits the events.
    ///   - handlerLimit: a handler that runs longer ends the process with exit code 70: it cannot be cancelled, and
    ///     nobody else can write meanwhile.
    /// - Throws: `LedgerError.cannotOpen`, with the path and the cause.
    public init(
        path: String, migrations: [Migration], encoder: EventEncoder, logger: Logger,
        handlerLimit: Duration = .seconds(30)
    ) throws(LedgerError) {
        database = try LedgerDatabase(path: path, migrations: migrations)
        self.encoder = encoder
        self.logger = logger
        relay = OutboxRelay(database: database, logger: logger)
        watch = HandlerWatch(limit: handlerLimit, logger: logger)
    }

    /// Handles events of a type. Register everything, then `attach(to:)`.
    public func on<E: Event>(
        _ type: E.Type, _ handler: @escaping @Sendable (E, LedgerTransaction) throws -> [any Event]
    ) {
        state.withLock { state in
            state.eventTypes.append(type)
            state.handlers[type.type] = { event, transaction in
                guard let event = event as? E else { return [] }
                return try handler(event, transaction)
            }
        }
    }

    /// From now on the bus brings this ledger its events and sends what its outbox holds.
    public func attach(to bus: some EventBus) {
        bus.on(state.withLock { $0.eventTypes }, batch: self)
    }

    /// Reads in one consistent view. Keep it short: readers and the writer take turns.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Result
    ) async throws -> Result {
        let encoder = encoder
        return try await available {
            try await database.read { try body(LedgerTransaction(event: nil, database: $0, encoder: encoder)) }
        }
    }

    /// Changes state outside a handler, with the same guarantees: the events emitted in it are sent once it commits.
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Result
    ) async throws -> Result {
        let encoder = encoder
        defer { relay.poke() }
        return try await available {
            try await database.write { try body(LedgerTransaction(event: nil, database: $0, encoder: encoder)) }
        }
    }

    /// A database that is locked or full is nobody's fault: `LedgerError.unavailable` says "not now" to the bus.
    private func available<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as DatabaseError where error.isOutage {
            throw LedgerError.unavailable(reason: "\(error)")
        }
    }

    /// Why nothing can be handled at the moment, in words; nil when all is well.
    public var obstacle: String? { state.withLock { $0.obstacle } }

    /// Closes the database as soon as nobody is using it any more. Every later use throws.
    ///
    /// - Throws: `LedgerError.unavailable` when it was closed already.
    public func close() throws(LedgerError) { try database.close() }

    func handler(of type: EventType) -> Handler? { state.withLock { $0.handlers[type] } }

    func setObstacle(_ obstacle: String?) { state.withLock { $0.obstacle = obstacle } }
}
