public import AMQPBridge

/// A value in a statement or a row: what SQLite and PostgreSQL both know.
public enum SQLValue: Hashable, Sendable {
    case null
    case int(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(nilLiteral: ()) { self = .null }

    public init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    public init(_ number: Int?) { self = number.map { .int(Int64($0)) } ?? .null }
}

/// One row of a result, copied out of the database.
public struct SQLRow: Sendable {
    private let values: [String: SQLValue]

    init(_ values: [String: SQLValue]) { self.values = values }

    /// - Throws: `LedgerError.unexpectedValue` when the column is missing, null or something else.
    public func text(_ column: String) throws(LedgerError) -> String {
        guard let text = try optionalText(column) else { throw .unexpectedValue(column: column) }
        return text
    }

    public func optionalText(_ column: String) throws(LedgerError) -> String? {
        switch values[column] {
        case .text(let text)?: return text
        case .null?: return nil
        default: throw .unexpectedValue(column: column)
        }
    }

    public func int(_ column: String) throws(LedgerError) -> Int {
        guard let number = try optionalInt(column) else { throw .unexpectedValue(column: column) }
        return number
    }

    public func optionalInt(_ column: String) throws(LedgerError) -> Int? {
        switch values[column] {
        case .int(let number)?: return Int(number)
        case .null?: return nil
        default: throw .unexpectedValue(column: column)
        }
    }

    public func bytes(_ column: String) throws(LedgerError) -> [UInt8] {
        switch values[column] {
        case .blob(let bytes)?: return bytes
        case .text(let text)?: return [UInt8](text.utf8)
        default: throw .unexpectedValue(column: column)
        }
    }
}

/// What goes wrong in a ledger, apart from the database's own errors.
public enum LedgerError: ClassifiedError, CustomStringConvertible {
    /// The database cannot be opened or used as it must be.
    case cannotOpen(path: String, reason: String)
    case unexpectedValue(column: String)
    /// No text in a database can hold the character NUL.
    case textWithNUL
    /// The database is locked, full, read-only or broken: nothing can be handled now.
    case unavailable(reason: String)

    public var failureClass: FailureClass {
        switch self {
        case .cannotOpen, .unavailable: .notNow
        case .unexpectedValue: .transient
        case .textWithNUL: .permanent
        }
    }

    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "the database \(path) cannot be opened: \(reason)"
        case .unexpectedValue(let column): "the column '\(column)' holds something else than expected"
        case .textWithNUL: "a text holds the character NUL, which cannot be stored"
        case .unavailable(let reason): "the database cannot be written: \(reason)"
        }
    }
}
