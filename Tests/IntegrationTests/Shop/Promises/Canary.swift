import Foundation

/// A password that is nowhere else, so that wherever it turns up somebody has told it.
struct Canary: Sendable {
    let user: String
    /// With characters that a URL has to encode.
    let password: String
    private let core: String

    init(_ name: String) {
        core = "canary\(UUID().uuidString.lowercased().replacing("-", with: ""))"
        user = "shop-\(name)"
        password = core + "@%/+"
    }

    /// As it stands in a URL.
    var percentEncoded: String {
        password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// Whether it is there as it is or in part, in a URL, or as it is sent to log in: RabbitMQ and mail servers are told
    /// `\0user\0password`, the latter in Base64.
    func isIn(_ text: String) -> Bool {
        let coded = [password, "\0\(user)\0\(password)"].map { Data($0.utf8).base64EncodedString() }
        return ([core] + coded).contains { text.contains($0) }
    }
}
