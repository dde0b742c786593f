extension Scenario {
    static let ofMail: [Scenario] = []
}
