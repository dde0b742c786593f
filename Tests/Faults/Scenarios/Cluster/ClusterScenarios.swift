extension Scenario {
    static let ofCluster: [Scenario] = []
}
