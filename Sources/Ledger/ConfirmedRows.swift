/// Rows of the outbox that the broker has confirmed and for whose keys nobody waits, by number. The next transaction takes
/// them out, whoever's it is: one of their own would cost a tenth of all that a service does for a lone event.
struct ConfirmedRows {
    private(set) var numbers: [Int64] = []
    /// Nothing could be written the last time they alone were to go: then only who has something to write tries.
    private(set) var areStuck = false

    /// Whether it is worth a transaction of their own that nobody sees them wait.
    var mayLeaveAlone: Bool { !numbers.isEmpty && !areStuck }

    mutating func add(_ more: [Int64]) { numbers += more }

    /// A transaction is committed that took out the first of them.
    mutating func left(_ count: Int) {
        numbers.removeFirst(count)
        areStuck = false
    }

    mutating func couldNotLeave() { areStuck = true }

    /// They may be gone, and their numbers others'. What is still there is sent again.
    mutating func forget() { numbers = [] }
}
