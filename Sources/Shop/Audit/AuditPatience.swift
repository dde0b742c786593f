/// Tells what is wrong with the books from what was only on its way while they were read. Pure.
///
/// The services work on while their books are read one after the other, so a reading is never of one moment. But what was
/// on its way has arrived by a later reading: only what two readings in a row say in the same words is a problem. And
/// where a message could still mend it, there may be one in a service's hand, which no count of a queue shows: so such
/// problems get all the time there is.
struct AuditPatience {
    enum Step: Equatable {
        /// Read again after this pause.
        case again(after: Duration)
        case done(standing: [BooksProblem])
    }

    private static let shortest = Duration.milliseconds(100)
    private static let longest = Duration.seconds(2)

    private let deadline: ContinuousClock.Instant
    private var pause = Self.shortest
    private var before: Set<BooksProblem>?

    /// - Parameter wait: how long problems may take to go away. There are two readings at least before any is reported.
    init(_ wait: Duration, now: ContinuousClock.Instant = .now) { deadline = now + wait }

    /// - Parameter problems: those of the latest reading.
    mutating func next(_ problems: [BooksProblem], now: ContinuousClock.Instant = .now) -> Step {
        guard !problems.isEmpty else { return .done(standing: []) }
        if let before {
            let standing = problems.filter(before.contains)
            let isCertain = standing.count == problems.count && !problems.contains(where: \.isMendable)
            if isCertain || now >= deadline { return .done(standing: standing) }
        }
        before = Set(problems)
        defer { pause = min(pause * 2, Self.longest) }
        return .again(after: pause)
    }
}
