import AMQPBridge

/// Why no message can be made of what was given. Trying again does not help.
enum MailError: ClassifiedError, Hashable, CustomStringConvertible {
    /// A header would get a control character or a line break, which could start a header of somebody else's making.
    case controlCharacter(field: String, codePoint: UInt32)
    case invalidAddress(String, reason: String)
    /// A header has a part that cannot be folded and makes a line longer than 998 bytes.
    case lineTooLong(field: String)
    /// RFC 5322, 3.3 writes the years 1900 to 9999 only.
    case dateOutOfRange(secondsSince1970: Int64)
    /// The sum does not fit into 64 bits of minor units.
    case amountTooLarge
    /// More than `MailMessage.maximumSize`.
    case tooLarge(bytes: Int)

    var failureClass: FailureClass { .permanent }

    var description: String {
        switch self {
        case .controlCharacter(let field, let codePoint):
            let hex = String(codePoint, radix: 16, uppercase: true)
            return
                "\(field) contains the control character U+\(String(repeating: "0", count: max(0, 4 - hex.count)))\(hex)"
        case .invalidAddress(let address, let reason):
            return "the e-mail address \(address.debugDescription) \(reason)"
        case .lineTooLong(let field):
            return "the header \(field) needs a line of more than 998 bytes"
        case .dateOutOfRange(let seconds):
            return "a mail cannot be dated \(seconds) seconds from 1970"
        case .amountTooLarge:
            return "the order's total is too large"
        case .tooLarge(let bytes):
            return "a mail of \(bytes) bytes is larger than the \(MailMessage.maximumSize) that are sent"
        }
    }
}
