/// Finds out in what an exchange or queue differs from what is wanted, from one refusal after another: a broker names
/// one argument at a time.
struct TopologyComparison {
    /// What to ask next: as wanted, with the values that are known to stand there taken over.
    private(set) var declaration: Declaration
    /// In the order in which the broker named them.
    private(set) var differences: [TopologyDifference] = []
    /// What else the value found may be: a broker writes 5 and "5" alike when both sides have a value.
    private var untried: [AMQPValue?] = []

    init(_ wanted: Declaration) { declaration = wanted }

    /// - Returns: whether to ask again, with the changed declaration.
    mutating func learn(from refusal: AMQPError) -> Bool {
        guard let conflict = ArgumentConflict(BrokerReply(code: refusal.replyCode ?? 0, text: refusal.message)) else {
            // Later on it speaks of the declaration that was pieced together, which is nobody's business.
            guard differences.isEmpty else { return false }
            differences.append(
                TopologyDifference(argument: "unknown", wanted: "as declared", found: refusal.message))
            return false
        }
        if differences.last?.argument != conflict.argument {
            // Named once more after it was settled: the broker goes round in circles.
            if differences.contains(where: { $0.argument == conflict.argument }) { return false }
            differences.append(conflict.difference)
            untried = conflict.found.readings(like: declaration[conflict.argument])
        }
        guard !untried.isEmpty else { return false }
        return declaration.set(conflict.argument, untried.removeFirst())
    }
}
