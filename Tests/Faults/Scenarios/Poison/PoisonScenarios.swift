extension Scenario {
    static let ofPoison: [Scenario] = []
}
