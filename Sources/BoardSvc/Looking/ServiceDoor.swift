import AMQPBridge
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A service's admin port, asked with little patience: a board must not wait for whom it watches.
struct ServiceDoor: Sendable {
    /// Nobody answered in time, or not as a service does.
    struct Failure: Error {
        /// In words, without an address.
        var reason: String
    }

    private static let patience = TimeAmount.seconds(2)
    private static let maxBytes = 4 << 20

    /// Without a slash at the end.
    var address: String

    func get(_ path: String) async throws(Failure) -> (status: UInt, body: [UInt8]) {
        do {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: address + path), timeout: Self.patience)
            let body = try await response.body.collect(upTo: Self.maxBytes)
            return (response.status.code, Array(buffer: body))
        } catch let error as HTTPClientError {
            let isLate = [.deadlineExceeded, .connectTimeout, .readTimeout].contains(error)
            throw Failure(reason: isLate ? "no answer in time" : error.shortDescription)
        } catch is NIOTooManyBytesError {
            throw Failure(reason: "its answer is too long")
        } catch {
            throw Failure(reason: "not reachable")
        }
    }

    func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws(Failure) -> Answer {
        let (status, body) = try await get(path)
        guard status == 200 else { throw Failure(reason: "it answered \(status)") }
        do {
            try JSONLimits.check(body)
            return try PlainJSON.decode(type, from: body)
        } catch {
            throw Failure(reason: "its answer is not what a service says")
        }
    }
}
