import AMQPBridge
import Foundation
public import Hummingbird

/// Reads JSON that a stranger sends to the admin port, within limits.
public enum RequestJSON {
    /// 64 KiB.
    public static let maxBytes = 65_536

    /// How long a body may take to come.
    private static let patience = Duration.seconds(10)

    /// - Throws: an error that is answered with 413 when the body is larger than ``maxBytes``, with 408 when it has not come
    ///   within ten seconds, with 400 when it breaks off or breaks the rules of HTTP.
    public static func bytes(of request: Request) async throws -> [UInt8] {
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await collect(body) }
            group.addTask {
                try await Task.sleep(for: patience)
                throw Problem(.requestTimeout, "the body has not come within \(patience)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private static func collect(_ body: RequestBody) async throws -> [UInt8] {
        do {
            return Array(buffer: try await body.collect(upTo: maxBytes))
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            // The connection fails with it: no fault of ours, and hardly ever does anybody still read the answer.
            throw Problem(.badRequest, "the body has not come as a whole")
        }
    }

    /// - Throws: an error that is answered with 400, for anything but a JSON object of at most 32 levels.
    public static func checkObject(_ body: [UInt8]) throws {
        try check(body)
        guard (try? JSONSerialization.jsonObject(with: Data(body))) is [String: Any] else {
            throw Problem(.badRequest, "the body is not a JSON object")
        }
    }

    /// - Throws: `DecodingError`; an error that is answered with 400, for more than 32 levels or what is not UTF-8.
    public static func value<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        try check(body)
        return try PlainJSON.decode(type, from: body)
    }

    /// - Throws: an error that is answered with 400, and names the field that cannot be read.
    public static func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do {
            return try value(type, body)
        } catch let error as DecodingError {
            throw Problem(.badRequest, fault(error))
        }
    }

    /// What is wrong with a field, in words.
    public static func fault(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context, _ more: [any CodingKey] = []) -> String {
            (context.codingPath + more).map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context, [key])) is missing"
        case .typeMismatch(_, let context) where context.codingPath.isEmpty: "the body is not a JSON object"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(place(context)) is of the wrong type"
        // Foundation's parser does not tell where, and takes a number that does not fit for a broken text.
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "the body is not JSON, or it holds a number that does not fit"
        case .dataCorrupted(let context): "\(place(context)) is not possible"
        @unknown default: "a field cannot be read"
        }
    }

    /// Foundation's parser recurses deeper than a task's stack goes.
    private static func check(_ body: [UInt8]) throws {
        do {
            try JSONLimits.check(body)
        } catch {
            throw Problem(.badRequest, error.message)
        }
    }
}
