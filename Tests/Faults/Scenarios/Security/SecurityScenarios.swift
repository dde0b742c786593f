extension Scenario {
    static let ofSecurity: [Scenario] = []
}
