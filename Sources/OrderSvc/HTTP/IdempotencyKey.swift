import AMQPBridge
import COpenSSL
import Foundation
import HTTPTypes
import Hummingbird
import ServiceHost
import Synchronization

/// The `Idempotency-Key` of a request: by it a client that does not know whether its request arrived may repeat it.
struct IdempotencyKey: Hashable {
    /// A key with the body it stands for.
    struct Seal: Sendable {
        var key: String
        /// SHA-256, as hexadecimal digits.
        var bodyHash: String
    }

    private static let header = HTTPField.Name("Idempotency-Key")
    private static let maxBytes = 255

    let text: String

    /// Nil when the request has none.
    ///
    /// - Throws: an error that is answered with 400.
    init?(of request: Request) throws {
        guard let header = Self.header, let text = request.headers[header] else { return nil }
        try self.init(text: text)
    }

    /// - Throws: an error that is answered with 400.
    init(text: String) throws {
        guard (1...Self.maxBytes).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(
                .badRequest, "an Idempotency-Key has 1 to \(Self.maxBytes) printable ASCII characters and no spaces")
        }
        self.text = text
    }

    func seal(_ body: [UInt8]) -> Seal {
        let hash = [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { hash, count in
            SHA256(body, body.count, hash.baseAddress)
            count = hash.count
        }
        return Seal(key: text, bodyHash: hash.map(\.hexadecimal).joined())
    }
}

/// The keys whose first request is being answered at the moment.
final class KeysInUse: Sendable {
    private let keys = Mutex<Set<String>>([])

    /// - Throws: an error that is answered with 409 when somebody else uses the key just now.
    func using<Result: Sendable>(_ key: IdempotencyKey?, _ body: () async throws -> Result) async throws -> Result {
        guard let key = key?.text else { return try await body() }
        guard keys.withLock({ $0.insert(key).inserted }) else {
            throw Problem(
                .conflict, "a request with this Idempotency-Key is being answered; try again in a moment", retryAfter: 1
            )
        }
        defer { keys.withLock { _ = $0.remove(key) } }
        return try await body()
    }
}
