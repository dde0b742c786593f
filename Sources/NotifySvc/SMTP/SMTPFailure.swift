import AMQPBridge

/// Why a mail was not sent, and what becomes of its event.
///
/// | what went wrong | where | class |
/// |---|---|---|
/// | no such host, refused, TLS or certificate, login | anywhere | not now: the server's or our configuration's fault |
/// | 421, 530 | anywhere | not now: the server ends its service, or wants a login |
/// | 4xx, 5xx | greeting, EHLO, STARTTLS, AUTH, MAIL | not now: nothing was said of this recipient or mail yet |
/// | 552 | MAIL | permanent: the mail is too large |
/// | 4xx | RCPT, DATA, the mail | transient: greylisting, a full mailbox |
/// | 5xx | RCPT, DATA, the mail | permanent |
/// | time-out, connection lost | up to DATA | not now |
/// | time-out, connection lost | the mail, or its answer | transient |
///
/// The last row counts on purpose: the server may have taken the mail, or stumble over this very one. On the ladder it
/// gets it five times at most, "not now" would repeat it as long as that lasts.
struct SMTPFailure: ClassifiedError, Hashable, CustomStringConvertible {
    /// What a transfer ended with, as far as that is not the server's reply.
    enum Cause: Hashable, Sendable {
        case unreachable, insecure, loginRefused, timedOut, lost
        /// By the task's cancellation.
        case stopped
    }

    let cause: Cause
    let dialogue: SMTPDialogue
    /// Where, for example `smtp://mail.example.com:587`.
    let server: String
    /// In libcurl's words.
    let detail: String

    /// The server's refusal, if that is why.
    private var refusal: SMTPDialogue.Reply? {
        guard cause == .lost, let reply = dialogue.reply, reply.code >= 400 else { return nil }
        return reply
    }

    var failureClass: FailureClass {
        guard cause == .lost || cause == .timedOut else { return .notNow }
        guard let code = refusal?.code else { return dialogue.phase >= .body ? .transient : .notNow }
        switch (code, dialogue.phase) {
        case (421, _), (530, _): return .notNow
        case (552, .sender): return .permanent
        case (_, ..<(.recipient)): return .notNow
        case (..<500, _): return .transient
        default: return .permanent
        }
    }

    /// Whether the connection had merely been closed while nobody used it: then no part of the mail has left.
    var isStaleConnection: Bool {
        cause == .lost && dialogue.phase < .body && (refusal == nil || refusal?.code == 421)
    }

    var description: String {
        if cause == .loginRefused {
            // Some servers repeat in their reply what they were sent.
            let code = dialogue.reply.map { " (\($0.code))" } ?? ""
            return "the mail server \(server) refuses our login\(code): check user and password of SMTP_URL"
        }
        if let refusal {
            return "the mail server \(server) answered \(refusal.code) \(refusal.text) to \(step)"
        }
        return "the mail server \(server) \(reason) (\(detail))"
    }

    private var reason: String {
        switch cause {
        case .unreachable: "cannot be reached"
        case .insecure: "offers no secure connection"
        case .timedOut: "gave no answer in time to \(step)"
        case .loginRefused, .lost: "was lost at \(step)"
        case .stopped: "was left at \(step)"
        }
    }

    private var step: String {
        switch dialogue.phase {
        case .connecting: "our connecting"
        case .hello: "EHLO"
        case .startTLS: "STARTTLS"
        case .login: "AUTH"
        case .sender: "MAIL FROM"
        case .recipient: "RCPT TO"
        case .data: "DATA"
        case .body, .answer: "the mail"
        }
    }
}
