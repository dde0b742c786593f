import AMQPBridge
import FoundationEssentials

/// Where templates come from: the binary, or a folder that somebody else writes.
struct TemplateSource: Sendable {
    private static let maximumSize = 256 << 10

    /// `MAIL_TEMPLATES`; nil: the built-in ones.
    let folder: String?

    /// - Throws: `invalidConfiguration`, naming the file.
    func text(_ name: String) throws(AMQPError) -> String {
        let path = folder.map { "\($0)/\(name)" } ?? name
        guard let bytes = folder == nil ? Self.builtIn[name] : Self.read(path) else {
            throw MailTemplate.broken(path, "it is not there or cannot be read; MAIL_TEMPLATES must hold all of them")
        }
        guard bytes.count <= Self.maximumSize, let text = String(bytes: bytes, encoding: .utf8) else {
            throw MailTemplate.broken(path, "it is not UTF-8 text of at most \(Self.maximumSize) bytes")
        }
        return text.replacing("\r\n", with: "\n")
    }

    private static func read(_ path: String) -> [UInt8]? {
        (try? Data(contentsOf: URL(filePath: path))).map { [UInt8]($0) }
    }

    private static let builtIn: [String: [UInt8]] = [
        "order.created.txt": PackageResources.order_created_txt,
        "order.created.html": PackageResources.order_created_html,
        "order.rejected.txt": PackageResources.order_rejected_txt,
        "order.rejected.html": PackageResources.order_rejected_html,
        "order.cancelled.txt": PackageResources.order_cancelled_txt,
        "order.cancelled.html": PackageResources.order_cancelled_html,
        "shipping.started.txt": PackageResources.shipping_started_txt,
        "shipping.started.html": PackageResources.shipping_started_html,
    ]
}
