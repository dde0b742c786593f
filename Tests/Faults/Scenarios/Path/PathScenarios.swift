extension Scenario {
    static let ofPath: [Scenario] = [pathDrop]
}
