import AMQPBridge
import Foundation

/// What whoever wants to change something has to show. Never printed.
struct OperatorToken: Sendable {
    private static let minBytes = 16
    private let bytes: [UInt8]

    /// Nil when there is none.
    ///
    /// - Parameters:
    ///   - file: the path of a file whose first line it is; blanks around it do not count.
    ///   - text: the token itself, when there is no file.
    /// - Throws: `invalidConfiguration` when the file cannot be read, or the token is shorter than 16 bytes.
    init?(file: String?, text: String?) throws(AMQPError) {
        let token = try file.map { (path) throws(AMQPError) in
            try SecretFile.firstLine(of: path, named: "BOARD_TOKEN_FILE")
        }
        guard let token = token ?? text else { return nil }
        bytes = [UInt8](token.trimmingCharacters(in: .whitespacesAndNewlines).utf8)
        guard bytes.count >= Self.minBytes else {
            throw AMQPError(
                .invalidConfiguration,
                "\(file == nil ? "BOARD_TOKEN" : "BOARD_TOKEN_FILE"): the token has fewer than \(Self.minBytes) bytes")
        }
    }

    /// Takes as long whatever is wrong about it, so that nobody learns it byte by byte.
    func matches(_ text: some StringProtocol) -> Bool {
        let given = [UInt8](text.utf8)
        var difference: UInt8 = given.count == bytes.count ? 0 : 1
        for index in bytes.indices { difference |= bytes[index] ^ (index < given.count ? given[index] : 0) }
        return difference == 0
    }
}
