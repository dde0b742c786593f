extension Scenario {
    static let ofEvents: [Scenario] = []
}
