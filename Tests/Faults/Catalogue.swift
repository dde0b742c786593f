/// All scenarios, in the order in which they run.
enum Catalogue {
    static let all: [Scenario] = [
        Scenario.ofBroker, Scenario.ofServices, Scenario.ofPath, Scenario.ofPoison, Scenario.ofEvents,
        Scenario.ofStorage,
        Scenario.ofClock, Scenario.ofSecurity, Scenario.ofMail, Scenario.ofCluster,
    ].flatMap { $0 }

    /// - Parameter names: of scenarios or whole families; none: all.
    /// - Throws: `UnknownName`.
    static func select(_ names: [String]) throws -> [Scenario] {
        guard !names.isEmpty else { return all }
        for name in names where !all.contains(where: { $0.answers(to: name) }) { throw UnknownName(name: name) }
        return all.filter { scenario in names.contains { scenario.answers(to: $0) } }
    }

    struct UnknownName: Error, CustomStringConvertible {
        var name: String

        var description: String { "there is no scenario and no family '\(name)': see --list" }
    }
}

extension Scenario {
    func answers(to name: String) -> Bool { name == self.name || name == family.rawValue }
}
