public import AMQPBridge
import GRDB
public import Logging
import Synchronization

/// A service's durable memory for exactly-once effect: state, inbox and outbox in one transaction.
///
/// A handler is a synchronous function from an event to events over the transaction, without I/O. Deliveries are handled
/// in batches, one transaction a batch: the event's id goes into the inbox first (already there: skipped), then the
/// handler runs, and the events it returns go into the outbox. Only after the commit are the deliveries acked and the
/// events sent. A handler that throws undoes its own part alone, and the error's class decides what becomes of its
/// event (``AMQPBridge/FailureClass``); later events of the same key wait for it.
public final class EventLedger: Sendable {
    typealias Handler = @Sendable (any Event, LedgerTransaction) throws -> [any Event]

    private struct State {
        var handlers: [EventType: Handler] = [:]
        var eventTypes: [any Event.Type] = []
    }

    let database: LedgerDatabase
    let encoder: EventEncoder
    let relay: OutboxRelay
    let news = ChangeNews()
    let watch: HandlerWatch
    let logger: Logger
    let clock: @Sendable () -> RFC3339Time
    private let state = Mutex(State())

    /// 30 s: how long a handler may run unless said otherwise.
    public static let defaultHandlerLimit = Duration.seconds(30)

    /// Opens the database, or makes it.
    ///
    /// - Parameters:
    ///   - path: the database file; its folder is made when missing, for the owner alone. Beside it lies a file of the
    ///     same name with `.lock` behind it, which keeps a second process away.
    ///   - migrations: the service's own tables; those that have not been applied yet are, in this order, all of them or
    ///     none.
    ///   - encoder: who emits the events.
    ///   - handlerLimit: a handler that runs longer ends the process with exit code 70: it cannot be cancelled, and
    ///     nobody else can write meanwhile. Default: 30 s.
    /// - Throws: `LedgerError.cannotOpen`, with the path, the cause and what to do; `LedgerError.inUse` while somebody
    ///   else has it open as a ledger; `LedgerError.newer` when a newer version has migrated it.
    public convenience init(
        path: String, migrations: [Migration], encoder: EventEncoder, logger: Logger,
        handlerLimit: Duration = EventLedger.defaultHandlerLimit
    ) throws(LedgerError) {
        try self.init(
            path: path, migrations: migrations, encoder: encoder, logger: logger, handlerLimit: handlerLimit
        ) { .now }
    }

    /// Opens the database as soon as nobody else has it open as a ledger. So a new process of a service can be started
    /// beside the old one, and takes over when that ends. Until then nothing of the database is touched.
    ///
    /// - Parameters:
    ///   - patience: so long at most. That it waits is logged, once.
    /// - Throws: as the other, with `LedgerError.inUse` only after that time; `CancellationError`.
    public convenience init(
        path: String, migrations: [Migration], encoder: EventEncoder, logger: Logger,
        handlerLimit: Duration = EventLedger.defaultHandlerLimit, patience: Duration
    ) async throws {
        try LedgerDatabase.prepare(path)
        let lock = try await LedgerLock.take(beside: path, within: patience) {
            logger.notice(
                "Another process has the database open: waiting for its end",
                metadata: ["database": .string(path), "at_most": "\(patience)"])
        }
        try self.init(
            path: path, migrations: migrations, lock: lock, encoder: encoder, logger: logger, handlerLimit: handlerLimit
        ) { .now }
    }

    /// - Parameters:
    ///   - lock: that of this path; nil: still to be taken.
    ///   - lockLimit: so long it waits for somebody else who holds the file locked.
    ///   - clock: what says how old events are and when they were handled.
    init(
        path: String, migrations: [Migration], lock: LedgerLock? = nil, encoder: EventEncoder, logger: Logger,
        handlerLimit: Duration = EventLedger.defaultHandlerLimit, lockLimit: Duration = .seconds(5),
        clock: @escaping @Sendable () -> RFC3339Time
    ) throws(LedgerError) {
        let held: LedgerLock
        if let lock {
            held = lock
        } else {
            try LedgerDatabase.prepare(path)
            held = try LedgerLock.take(beside: path)
        }
        database = try LedgerDatabase(
            path: path, migrations: migrations, lock: held, lockLimit: lockLimit, logger: logger)
        self.encoder = encoder
        self.logger = logger
        self.clock = clock
        relay = OutboxRelay(database: database, logger: logger)
        watch = HandlerWatch(limit: handlerLimit, logger: logger)
    }

    /// Handles events of a type. Register everything, then `attach(to:)`.
    ///
    /// The handler may be called again for an event, after all it did in the transaction was undone: when a neighbour of
    /// the same batch failed halfway, or the commit did.
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
    ///
    /// - Throws: `LedgerError.unavailable` when the database is locked, broken or closed; the database's own error for a
    ///   statement that writes; whatever `body` throws.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Result
    ) async throws -> Result {
        let (encoder, now) = (encoder, clock())
        return try await database.read {
            try body(
                LedgerTransaction(
                    event: nil, database: $0, encoder: encoder, now: now, mark: WriteMark(isAllowed: false)))
        }
    }

    /// Changes state outside a handler, with the same guarantees: the events emitted in it are sent once it commits.
    /// Several at the same time share a commit; each sees what those before it did, and fails for itself. `body` may be
    /// called again, after all it did was undone: when one of the others failed halfway, or the commit did.
    ///
    /// - Throws: `LedgerError.unavailable` when the database is locked, full, broken or closed; whatever `body` throws,
    ///   and then nothing of it is stored or sent.
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Result
    ) async throws -> Result {
        let (encoder, now) = (encoder, clock())
        defer { relay.poke() }
        let result = try await database.writeTogether {
            try body(LedgerTransaction(event: nil, database: $0, encoder: encoder, now: now, mark: $1))
        }
        news.tell()
        return result
    }

    /// A transaction of the service's own work, in contrast to the ledger's housekeeping.
    nonisolated(nonsending) func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        CrashPoint.before(.begin)
        let result = try await database.write { database in
            CrashPoint.after(.begin)
            let result = try body(database)
            CrashPoint.before(.commit)
            return result
        }
        CrashPoint.after(.commit)
        return result
    }

    /// Why nothing can be handled at the moment, with the file's name and what to do; nil when all is well.
    public var obstacle: String? { database.availability.obstacle }

    /// Closes the database as soon as nobody is using it any more. Every later use throws.
    ///
    /// - Throws: `LedgerError.unavailable` when it was closed already.
    public func close() throws(LedgerError) { try database.close() }

    func handler(of type: EventType) -> Handler? { state.withLock { $0.handlers[type] ?? $0.handlers[AnyEvent.type] } }
}
