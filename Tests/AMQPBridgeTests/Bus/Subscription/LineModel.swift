@testable import AMQPBridge

/// A queue, its ladder and one handler, with nothing else around `KeyLines`: what a service and its broker make of it.
struct LineModel {
    struct Copy: Hashable {
        var id: String
        var key: String
        var attempts = 0
        /// How often its handler fails.
        var failures: Int
    }

    /// Messages wait for their time in the order of their arrival.
    private struct Rung {
        var time: Duration
        var waiting: [(copy: Copy, until: Duration)] = []
    }

    let ladder: RetryLadder
    private(set) var lines: KeyLines
    private(set) var now = Duration.zero
    private(set) var queue: [Copy] = []
    private var rungs: [String: Rung] = [:]
    private var arrivals: [(time: Duration, copy: Copy)]
    /// In the order of their first delivery.
    private(set) var arrived: [Copy] = []
    private(set) var concluded: [Copy] = []
    /// Copies that had to wait because of another event.
    private(set) var heldBack: Set<String> = []
    private(set) var calls: [String: Int] = [:]
    /// Copies of this event vanish on the ladder.
    var lost: Set<String> = []

    init(ladder: RetryLadder, arrivals: [(time: Duration, copy: Copy)]) {
        self.ladder = ladder
        self.arrivals = arrivals.sorted { $0.time < $1.time }
        lines = KeyLines(ladder: ladder)
        for rung in ladder.rungs { rungs[rung.name] = Rung(time: .milliseconds(rung.milliseconds)) }
    }

    /// Handles what is there until nothing is left; false when that does not end.
    ///
    /// - Parameter duration: of the next call.
    mutating func run(taking duration: () -> Duration) -> Bool {
        for _ in 0..<100_000 {
            moveIn()
            if !queue.isEmpty {
                take(queue.removeFirst())
                now += duration()
            } else if let next = nextTime {
                now = max(now, next)
            } else {
                return true
            }
        }
        return false
    }

    private var nextTime: Duration? {
        (rungs.values.compactMap { $0.waiting.first?.until } + [arrivals.first?.time].compactMap { $0 }).min()
    }

    /// Everything whose time has come, in the order of its time.
    private mutating func moveIn() {
        while let next = nextTime, next <= now {
            if let first = arrivals.first, first.time == next {
                arrivals.removeFirst()
                if !arrived.contains(where: { $0.id == first.copy.id }) { arrived.append(first.copy) }
                queue.append(first.copy)
            } else if let name = rungs.first(where: { $0.value.waiting.first?.until == next })?.key {
                if let copy = rungs[name]?.waiting.removeFirst().copy { queue.append(copy) }
            }
        }
    }

    private mutating func take(_ copy: Copy) {
        if case .waiting(let step) = lines.turn(of: copy.id, key: copy.key, at: now) {
            heldBack.insert(copy.id)
            return wait(copy, on: step)
        }
        calls[copy.id, default: 0] += 1
        var copy = copy
        if copy.attempts < copy.failures, copy.attempts < ladder.steps.count {
            lines.climbs(copy.id, key: copy.key, step: copy.attempts, at: now)
            copy.attempts += 1
            return wait(copy, on: copy.attempts - 1)
        }
        lines.ends(copy.id, key: copy.key)
        concluded.append(copy)
    }

    private mutating func wait(_ copy: Copy, on step: Int) {
        guard !lost.contains(copy.id), let time = rungs[ladder.steps[step].name]?.time else { return }
        rungs[ladder.steps[step].name]?.waiting.append((copy, now + time))
    }
}
