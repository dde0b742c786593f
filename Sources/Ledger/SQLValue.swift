/// A value in a statement or a row: what SQLite and PostgreSQL both know.
public enum SQLValue: Hashable, Sendable {
    /// SQL's NULL: equal to nothing there, not even to itself.
    case null
    /// 64 bits, signed.
    case int(Int64)
    /// SQLite has no NaN: it becomes null.
    case real(Double)
    /// UTF-8 without the character NUL, else `LedgerError.textWithNUL`.
    case text(String)
    /// Bytes as they are.
    case blob([UInt8])
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(nilLiteral: ()) { self = .null }

    /// Nil becomes null.
    public init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    /// Nil becomes null.
    public init(_ number: Int?) { self = number.map { .int(Int64($0)) } ?? .null }
}

/// One row of a result, copied out of the database.
public struct SQLRow: Sendable {
    private let columns: [String]
    private let values: [SQLValue]

    /// - Parameter columns: as many as values.
    init(_ values: [SQLValue], of columns: [String]) {
        self.columns = columns
        self.values = values
    }

    /// Of columns of one name, the last one's.
    private func value(of column: String) -> SQLValue? {
        columns.lastIndex(of: column).map { values[$0] }
    }

    /// A text that must be there.
    ///
    /// - Throws: `LedgerError.unexpectedValue` when the column is missing, null or something else.
    public func text(_ column: String) throws(LedgerError) -> String {
        guard let text = try optionalText(column) else { throw .unexpectedValue(column: column) }
        return text
    }

    /// Nil for null. Throws as ``text(_:)`` when the column is missing or something else.
    public func optionalText(_ column: String) throws(LedgerError) -> String? {
        switch value(of: column) {
        case .text(let text)?: return text
        case .null?: return nil
        default: throw .unexpectedValue(column: column)
        }
    }

    /// A whole number that must be there. Throws as ``text(_:)``; a `real` is none, even without a fraction.
    public func int(_ column: String) throws(LedgerError) -> Int {
        guard let number = try optionalInt(column) else { throw .unexpectedValue(column: column) }
        return number
    }

    /// Nil for null. Throws as ``text(_:)`` when the column is missing or something else.
    public func optionalInt(_ column: String) throws(LedgerError) -> Int? {
        switch value(of: column) {
        case .int(let number)?: return Int(number)
        case .null?: return nil
        default: throw .unexpectedValue(column: column)
        }
    }

    /// The bytes of a blob, or of a text in UTF-8. Throws as ``text(_:)``.
    public func bytes(_ column: String) throws(LedgerError) -> [UInt8] {
        switch value(of: column) {
        case .blob(let bytes)?: return bytes
        case .text(let text)?: return [UInt8](text.utf8)
        default: throw .unexpectedValue(column: column)
        }
    }
}
