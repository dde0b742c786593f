import Foundation

/// What a server answered over HTTP/1.1, taken apart.
package struct RawAnswer: Sendable {
    package var status: Int
    /// By their names in small letters; of several with one name the last.
    package var headers: [String: String]
    package var body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// What a problem details body says; nil when it is none.
    package var problem: String? {
        guard headers["content-type"] == "application/problem+json", let fields = try? fields(),
            fields["status"] as? Int == status, fields["title"] is String
        else { return nil }
        return fields["detail"] as? String
    }

    /// The body as a JSON object.
    package func fields() throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
            throw CommandFailed(description: "not a JSON object: \(text.prefix(200))")
        }
        return object
    }
}

extension RawAnswer {
    private static let lineEnd = Array("\r\n".utf8)

    /// Takes one whole answer off the front of what has come; nil while it is not complete.
    ///
    /// - Parameter hasBody: false for the answer to a HEAD request.
    static func take(from bytes: inout [UInt8], hasBody: Bool) throws -> RawAnswer? {
        guard let head = bytes.firstRange(of: lineEnd + lineEnd) else { return nil }
        var lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines.removeFirst().split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw CommandFailed(description: "not HTTP: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        let pairs = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return (parts[0].lowercased(), parts.count > 1 ? parts[1] : "")
        }
        let headers = Dictionary(pairs) { $1 }
        guard let (body, end) = try body(after: head.upperBound, of: bytes, headers, hasBody: hasBody) else {
            return nil
        }
        bytes.removeFirst(end)
        return RawAnswer(status: status, headers: headers, body: body)
    }

    /// The body, and where the bytes behind it begin.
    private static func body(
        after start: Int, of bytes: [UInt8], _ headers: [String: String], hasBody: Bool
    ) throws -> (body: [UInt8], end: Int)? {
        guard hasBody else { return ([], start) }
        if headers["transfer-encoding"] == "chunked" { return try chunks(after: start, of: bytes) }
        let end = start + (Int(headers["content-length"] ?? "0") ?? 0)
        return end <= bytes.count ? (Array(bytes[start..<end]), end) : nil
    }

    private static func chunks(after start: Int, of bytes: [UInt8]) throws -> (body: [UInt8], end: Int)? {
        var (body, place): ([UInt8], Int) = ([], start)
        while let line = bytes[place...].firstRange(of: lineEnd) {
            guard let size = Int(String(decoding: bytes[place..<line.lowerBound], as: UTF8.self), radix: 16) else {
                throw CommandFailed(description: "not the size of a chunk")
            }
            let end = line.upperBound + size + lineEnd.count
            guard end <= bytes.count else { return nil }
            body += bytes[line.upperBound..<line.upperBound + size]
            if size == 0 { return (body, end) }
            place = end
        }
        return nil
    }
}
