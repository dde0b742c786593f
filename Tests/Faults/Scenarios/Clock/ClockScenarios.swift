extension Scenario {
    static let ofClock: [Scenario] = []
}
