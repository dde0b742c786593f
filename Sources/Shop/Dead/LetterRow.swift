import AMQPBridge
import FoundationEssentials

/// A dead letter as `--json` tells it. Every field is there, null when unknown.
struct LetterRow: Encodable {
    enum Extras {
        case none, body
        case result(DeadLetterResult)
    }

    var letter: DeadLetter
    var extras = Extras.none

    enum CodingKeys: String, CodingKey {
        case service, type, attempts, error, body, done, reason
        case eventID = "event_id"
        case routingKey = "routing_key"
        case firstFailed = "first_failed"
        case lastFailed = "last_failed"
        case bodyBase64 = "body_base64"
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(letter.service, forKey: .service)
        try fields.encode(letter.eventID, forKey: .eventID)
        try fields.encode(letter.type, forKey: .type)
        try fields.encode(letter.routingKey, forKey: .routingKey)
        try fields.encode(letter.attempts, forKey: .attempts)
        try fields.encode(letter.error, forKey: .error)
        try fields.encode(letter.firstFailed, forKey: .firstFailed)
        try fields.encode(letter.lastFailed, forKey: .lastFailed)
        switch extras {
        case .none: break
        case .body:
            let text = letter.bodyText
            try fields.encode(text, forKey: .body)
            if text == nil { try fields.encode(letter.bodyBase64, forKey: .bodyBase64) }
        case .result(let result):
            try fields.encode(result.isDone, forKey: .done)
            try fields.encodeIfPresent(result.failure?.message, forKey: .reason)
        }
    }
}

extension DeadLetter {
    /// Nil when it is no text.
    var bodyText: String? { String(validating: body, as: UTF8.self) }

    var bodyBase64: String { Data(body).base64EncodedString() }
}
