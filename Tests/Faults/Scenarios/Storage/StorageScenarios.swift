extension Scenario {
    static let ofStorage: [Scenario] = []
}
