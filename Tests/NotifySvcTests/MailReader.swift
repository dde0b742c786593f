import Foundation
import Testing

@testable import NotifySvc

/// What a reader that is not ours makes of a message: Python's `email` package, with its strictest policy.
struct ReadMail: Decodable, Equatable {
    var subject: String
    var fromName: String
    var fromAddress: String
    var toNames: [String]
    /// The names by Python's older functions. The newer ones keep the space between two encoded-words of a name
    /// (python/cpython#128110), against RFC 2047, 6.2.
    var fromNameClassic: String
    var toNameClassic: String
    var toAddresses: [String]
    var secondsSince1970: Int64
    var utcOffset: Int
    var messageID: String
    var inReplyTo: String?
    var references: String?
    var orderID: String
    var eventType: String
    var autoSubmitted: String
    var contentType: String
    var body: String
    var html: String
    /// The types of the parts, and how each is encoded.
    var parts: [String]
    var fieldNames: [String]
    /// Everything in the message that Python found against the standards.
    var defects: [String]
}

enum MailReader {
    /// Reads many at once, as starting Python takes longer than all the rest.
    static func read(_ messages: [MailMessage]) async throws -> [ReadMail] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mail-reader-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appending(path: "in.json")
        let output = folder.appending(path: "out.json")
        try JSONEncoder().encode(messages.map { Data($0.bytes).base64EncodedString() }).write(to: input)

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, input.path, output.path]
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try #require(status == 0, "python3 could not read the messages")
        let mails = try JSONDecoder().decode([ReadMail].self, from: Data(contentsOf: output))
        try #require(mails.count == messages.count)
        return mails
    }

    static func read(_ message: MailMessage) async throws -> ReadMail {
        try #require(await read([message]).first)
    }

    private static let script = """
        import base64, email, email.policy, json, sys
        from email.header import decode_header, make_header
        from email.utils import parseaddr

        def classic_name(raw, field):
            value = email.message_from_bytes(raw)[field].replace('\\r\\n', '')
            return str(make_header(decode_header(parseaddr(value)[0])))

        def text(value):
            return None if value is None else str(value)

        def read(raw):
            m = email.message_from_bytes(raw, policy=email.policy.default)
            defects = list(m.defects)
            for value in m.values():
                defects += getattr(value, 'defects', ())
            sender, to = m['from'].addresses[0], m['to'].addresses
            body, html = (m.get_body((kind,)).get_content().replace('\\r\\n', '\\n') for kind in ('plain', 'html'))
            for part in m.iter_parts():
                defects += part.defects
            when = m['date'].datetime
            return {
                'subject': str(m['subject']),
                'fromName': sender.display_name, 'fromAddress': sender.addr_spec,
                'fromNameClassic': classic_name(raw, 'from'), 'toNameClassic': classic_name(raw, 'to'),
                'toNames': [a.display_name for a in to], 'toAddresses': [a.addr_spec for a in to],
                'secondsSince1970': round(when.timestamp()), 'utcOffset': int(when.utcoffset().total_seconds()),
                'messageID': str(m['message-id']),
                'inReplyTo': text(m['in-reply-to']), 'references': text(m['references']),
                'orderID': str(m['x-order-id']), 'eventType': str(m['x-event-type']),
                'autoSubmitted': str(m['auto-submitted']),
                'contentType': m.get_content_type(),
                'parts': [f"{p['content-type']} {p['content-transfer-encoding']}" for p in m.iter_parts()],
                'body': body, 'html': html, 'fieldNames': m.keys(), 'defects': [repr(d) for d in defects],
            }

        with open(sys.argv[1]) as f:
            messages = json.load(f)
        with open(sys.argv[2], 'w') as f:
            json.dump([read(base64.b64decode(m)) for m in messages], f)
        """
}
