import Foundation

/// A command of `deploy/` about what runs in one folder.
struct DeployScript: Sendable {
    var name: String
    var runDirectory: String

    /// - Returns: what it printed, whatever its exit code.
    func result(_ arguments: [String], within limit: Duration = .seconds(180)) async throws -> CommandResult {
        let command = Command(
            executable: ShopBinaries.repository.appending(path: "deploy/\(name)"), arguments: arguments,
            environment: ["RUN_DIR": runDirectory])
        return try await command.run(within: limit)
    }

    /// - Returns: what it printed, without the last line's end.
    /// - Throws: what it said, unless it ended with 0.
    @discardableResult
    func run(_ arguments: [String], within limit: Duration = .seconds(180)) async throws -> String {
        try await result(arguments, within: limit).checked().output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
