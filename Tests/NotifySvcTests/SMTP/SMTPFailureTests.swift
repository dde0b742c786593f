import AMQPBridge
import Testing

@testable import NotifySvc

@Suite("What a failed mail means: the table")
struct SMTPFailureTests {
    private typealias Phase = SMTPDialogue.Phase

    private static let commands: [(Phase, String)] = [
        (.connecting, ""), (.hello, "EHLO x"), (.startTLS, "STARTTLS"), (.login, "AUTH PLAIN"),
        (.sender, "MAIL FROM:<a>"),
        (.recipient, "RCPT TO:<b>"), (.data, "DATA"), (.body, ""), (.answer, ""),
    ]

    /// How it stands when a reply comes in this phase.
    private func failure(
        _ cause: SMTPFailure.Cause, in phase: SMTPDialogue.Phase, reply: String? = nil
    ) throws -> SMTPFailure {
        var dialogue = SMTPDialogue()
        for (step, command) in Self.commands where step <= phase {
            if step >= .body {
                dialogue.sentBody(all: step == .answer)
            } else if !command.isEmpty {
                dialogue.sent(Array(command.utf8))
            }
        }
        try #require(dialogue.phase == phase)
        if let reply { dialogue.received(Array("\(reply) words\r\n".utf8)) }
        return SMTPFailure(cause: cause, dialogue: dialogue, server: "smtp://h:25", detail: "detail")
    }

    @Test(arguments: Self.commands.map(\.0)) func `Everywhere`(phase: SMTPDialogue.Phase) throws {
        for reply in ["421", "530"] { #expect(try failure(.lost, in: phase, reply: reply).failureClass == .notNow) }
        for cause in [SMTPFailure.Cause.unreachable, .insecure, .loginRefused] {
            #expect(try failure(cause, in: phase).failureClass == .notNow)
            #expect(try failure(cause, in: phase, reply: "535").failureClass == .notNow)
        }
        for cause in [SMTPFailure.Cause.lost, .timedOut] {
            #expect(try failure(cause, in: phase).failureClass == (phase < .body ? .notNow : .transient))
        }
    }

    @Test(arguments: Self.commands.map(\.0)) func `Replies`(phase: SMTPDialogue.Phase) throws {
        let isAboutMail = phase >= .recipient
        for reply in ["450", "451", "452", "499"] {
            #expect(try failure(.lost, in: phase, reply: reply).failureClass == (isAboutMail ? .transient : .notNow))
        }
        for reply in ["500", "550", "551", "553", "554", "599"] {
            #expect(try failure(.lost, in: phase, reply: reply).failureClass == (isAboutMail ? .permanent : .notNow))
        }
        #expect(
            try failure(.lost, in: phase, reply: "552").failureClass
                == (phase >= .sender ? .permanent : .notNow))
    }

    @Test(arguments: Self.commands.map(\.0)) func `Only what cannot have arrived is sent anew at once`(
        phase: SMTPDialogue.Phase
    ) throws {
        #expect(try failure(.lost, in: phase).isStaleConnection == (phase < .body))
        #expect(try failure(.lost, in: phase, reply: "421").isStaleConnection == (phase < .body))
        #expect(try !failure(.lost, in: phase, reply: "550").isStaleConnection)
        #expect(try !failure(.timedOut, in: phase).isStaleConnection)
    }

    @Test func `A reply of many lines is one text, cut and without controls`() {
        var dialogue = SMTPDialogue()
        dialogue.sent(Array("RCPT TO:<b>\r\n".utf8))
        for line in ["550-first\u{1B}[2J\r\n", "550-\(String(repeating: "x", count: 2000))\r\n", "550 last\r\n"] {
            dialogue.received(Array(line.utf8))
        }
        #expect(dialogue.reply?.code == 550)
        #expect(dialogue.reply?.text.hasPrefix("first\u{FFFD}[2J xxx") == true)
        #expect((dialogue.reply?.text.count ?? 0) <= 500)
        dialogue.received(Array("250 next\r\n".utf8))
        #expect(dialogue.reply == SMTPDialogue.Reply(code: 250, text: "next"))
        for noise in ["", "\r\n", "xx", "abc def\r\n"] { dialogue.received(Array(noise.utf8)) }
        #expect(dialogue.reply?.code == 250)
    }

    @Test func `The goodbye changes nothing`() {
        var dialogue = SMTPDialogue()
        dialogue.sent(Array("RCPT TO:<b>\r\n".utf8))
        dialogue.received(Array("550 no\r\n".utf8))
        dialogue.sent(Array("QUIT\r\n".utf8))
        dialogue.received(Array("221 bye\r\n".utf8))
        #expect(dialogue.isOver && dialogue.phase == .recipient)
        #expect(dialogue.reply == SMTPDialogue.Reply(code: 550, text: "no"))
    }

    @Test func `What a server says to a login is not repeated`() throws {
        let failure = try failure(.loginRefused, in: .login, reply: "535 cGFzc3dvcmQ=")
        #expect(!"\(failure)".contains("cGFzc3dvcmQ=") && "\(failure)".contains("(535)"))
    }
}
