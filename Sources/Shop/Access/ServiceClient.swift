import AsyncHTTPClient
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1

/// Asks a service at its admin HTTP door. Each call is tried once and takes at most ten seconds.
struct ServiceClient {
    /// The largest answer read, in bytes: some hundred thousand orders.
    private static let maxAnswer = 256 << 20

    let address: ServiceAddress
    private let client: HTTPClient

    /// One client for one command.
    static func with<Result: Sendable>(
        _ address: ServiceAddress, _ body: (ServiceClient) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
        configuration.redirectConfiguration = .disallow
        // A refused connection is an answer. The default tries until the time is up, and then says only that.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(configuration: configuration)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(ServiceClient(address: address, client: client)))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        return try result.get()
    }

    /// - Returns: nil when the service knows no such thing (404).
    func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer? {
        try await answer(to: HTTPClientRequest(url: address.url + path))
    }

    func put<Answer: Decodable>(_ path: String, _ content: some Encodable, as type: Answer.Type) async throws -> Answer
    {
        var request = HTTPClientRequest(url: address.url + path)
        request.method = .PUT
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes([UInt8](try JSONEncoder().encode(content)))
        guard let answer: Answer = try await answer(to: request) else { throw unexpected(404, "") }
        return answer
    }

    /// Whether it can do its work at the moment, by its own word.
    func isReady() async throws -> Bool {
        try await exchange(HTTPClientRequest(url: address.url + "/health/ready")).status == 200
    }

    /// Reads an answer of one JSON object a line while it arrives, however long it is; ten seconds of silence end it.
    ///
    /// - Throws: what `each` throws.
    func lines(_ path: String, _ each: ([UInt8]) throws -> Void) async throws {
        let response = try await reached {
            try await client.execute(HTTPClientRequest(url: address.url + path), timeout: .seconds(10))
        }
        guard response.status == .ok else { throw unexpected(response.status.code, "") }
        var cutter = LineCutter()
        var chunks = response.body.makeAsyncIterator()
        while let chunk = try await reached({ try await chunks.next() }) {
            do {
                try cutter.add(chunk.readableBytesView, each)
            } catch is LineCutter.LineTooLong {
                throw stranger
            }
        }
        if cutter.rest > 0 { throw cut }
    }

    /// What answers here is something else.
    var stranger: Failure { .failed("what answers at \(address.url) is not the \(address.service) service") }

    /// It ended in the middle of an answer.
    var cut: Failure {
        .unreachable("the answer of the \(address.service) service at \(address.url) ends too early; try again")
    }

    private func answer<Answer: Decodable>(to request: HTTPClientRequest) async throws -> Answer? {
        let (status, body) = try await exchange(request)
        switch status {
        case 200..<300:
            do {
                return try JSONDecoder().decode(Answer.self, from: Data(body))
            } catch {
                throw stranger
            }
        case 404: return nil
        default: throw unexpected(status, String(decoding: body.prefix(2000), as: UTF8.self))
        }
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> (status: UInt, body: [UInt8]) {
        try await reached {
            let response = try await client.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: Self.maxAnswer)
            return (response.status.code, [UInt8](body.readableBytesView))
        }
    }

    private func reached<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            throw Failure.unreachable(
                "the \(address.service) service does not answer at \(address.url): \(Self.cause(error))")
        }
    }

    private func unexpected(_ status: UInt, _ body: String) -> Failure {
        let reason = ServiceRefusal.text(in: body)
        return .failed("the \(address.service) service at \(address.url) answered \(status)\(reason)")
    }

    /// The libraries describe errors for their authors; what matters here is the system's own word at the end.
    private static func cause(_ error: any Error) -> String {
        if let error = error as? HTTPClientError {
            return error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout
                ? "no answer in time" : error.shortDescription
        }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        return Visible.text("\(error)")
    }
}

/// The sentence in an error answer, which is problem details (RFC 9457).
enum ServiceRefusal {
    private struct Problem: Decodable {
        var detail: String
    }

    static func text(in body: String) -> String {
        let sentence = (try? JSONDecoder().decode(Problem.self, from: Data(body.utf8)))?.detail ?? body
        return sentence.isEmpty ? "" : ": \(Visible.text(sentence))"
    }
}
