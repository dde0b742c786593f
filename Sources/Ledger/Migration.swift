/// A step of a service's schema, applied once.
public struct Migration: Sendable {
    /// Never changes and never comes twice; the ledger's own begin with `ledger-`.
    public var name: String
    /// SQL, run in this order in one transaction. Once applied they are never run again, changed or not: a change is
    /// another migration.
    public var statements: [String]

    /// - Parameter statements: all of them take effect, or none.
    public init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }
}
