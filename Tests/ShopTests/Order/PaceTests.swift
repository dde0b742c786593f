import Testing

@testable import Shop

@Suite("The pace of placing")
struct PaceTests {
    @Test func withoutARateEverythingIsDueAtOnce() {
        #expect(Pace(perSecond: nil).offset(of: 1_000_000) == .zero)
    }

    @Test(arguments: [(0, 10.0, 0), (1, 10.0, 100), (10, 10.0, 1000), (25, 50.0, 500), (3, 0.5, 6000)])
    func dueAt(_ number: Int, _ rate: Double, _ milliseconds: Int) {
        #expect(Pace(perSecond: rate).offset(of: number) == .milliseconds(milliseconds))
    }

    /// A third of a second is no binary fraction: adding it up would drift.
    @Test func roundingDoesNotAddUp() {
        #expect(Pace(perSecond: 3).offset(of: 3_000_000) == .seconds(1_000_000))
        #expect(Pace(perSecond: 1000).offset(of: 86_400_000) == .seconds(86_400))
    }

    @Test(arguments: [Double.leastNonzeroMagnitude, 1e-300, 1e300, .greatestFiniteMagnitude])
    func noRateIsTooOdd(_ rate: Double) {
        let offset = Pace(perSecond: rate).offset(of: .max)
        #expect(offset >= .zero && offset <= .seconds(315_360_000))
    }
}
