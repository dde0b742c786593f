import FoundationEssentials

/// A secret that stands in a file of its own, as container engines and systemd hand them over: so it is in no
/// environment that others may see, and in no command line.
public enum SecretFile {
    /// Longest secret that makes sense, in bytes; a path that names something else is found out.
    private static let maxBytes = 4096

    /// The file's first line, without its end; what comes after it does not count.
    ///
    /// - Parameter name: the setting that named the file, for the error's text.
    /// - Throws: `invalidConfiguration` when it cannot be read, or its first line is empty; never with what is in it.
    public static func firstLine(of path: String, named name: String) throws(AMQPError) -> String {
        let content: Data
        do {
            content = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw AMQPError(.invalidConfiguration, "\(name): '\(path)' cannot be read")
        }
        let line = content.prefix(maxBytes + 1).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard !line.isEmpty, line.count <= maxBytes, !line.contains(0), let text = String(bytes: line, encoding: .utf8)
        else {
            throw AMQPError(.invalidConfiguration, "\(name): the first line of '\(path)' must be the secret")
        }
        return text
    }
}
