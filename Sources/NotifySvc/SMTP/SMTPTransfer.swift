import Synchronization

/// What goes over the wire for one mail.
struct SMTPEnvelope: Sendable {
    var from: String
    var to: String
    /// Lines end with CRLF.
    var bytes: [UInt8]
}

/// One mail on its way: what libcurl's callbacks read and note. Used on the session's thread only.
final class SMTPTransfer {
    let envelope: SMTPEnvelope
    private(set) var dialogue = SMTPDialogue()
    private let stop: SMTPStop
    private var position = 0

    init(_ envelope: SMTPEnvelope, stop: SMTPStop) {
        self.envelope = envelope
        self.stop = stop
    }

    /// Whether to wait no longer: when asked to stop as long as the server cannot have the whole mail, and for the answer
    /// to a goodbye, which a silent server can delay for minutes.
    var isStopped: Bool { dialogue.isOver || stop.isAsked && dialogue.phase < .answer }

    func noteSent(_ line: [UInt8]) { dialogue.sent(line) }

    func noteReceived(_ line: [UInt8]) { dialogue.received(line) }

    /// The next bytes of the mail; none at its end.
    func read(_ count: Int) -> ArraySlice<UInt8> {
        let next = envelope.bytes[position...].prefix(count)
        position += next.count
        dialogue.sentBody(all: position == envelope.bytes.count)
        return next
    }
}

/// Asks a transfer to stop, from any thread.
final class SMTPStop: Sendable {
    private let flag = Atomic(false)

    var isAsked: Bool { flag.load(ordering: .relaxed) }

    func ask() { flag.store(true, ordering: .relaxed) }
}
