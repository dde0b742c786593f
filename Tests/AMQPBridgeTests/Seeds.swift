/// The seeds of the random tests: fixed, and the test's argument, so that a failure names the one to run again.
enum Seeds {
    static let all: [UInt64] = [1, 2, 3, 42, 1977, 20_260_131]
}
