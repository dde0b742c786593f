import AMQPBridge
import Glibc

/// Why a mail could not be stored. It is never the mail's fault: the folder is missing, read-only or full, and no other
/// mail could be stored either until that is mended.
struct MaildirError: ClassifiedError, Hashable, CustomStringConvertible {
    /// What was tried, for example `write`.
    let call: String
    let path: String
    /// The system's `errno`.
    let code: Int32

    var failureClass: FailureClass { .notNow }

    var description: String {
        var buffer = [CChar](repeating: 0, count: 256)
        // The plain `strerror` is not thread-safe.
        let reason: String
        if strerror_r(code, &buffer, buffer.count) == 0 {
            reason = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        } else {
            reason = "error \(code)"
        }
        return "cannot store mail: \(call) \(path): \(reason)"
    }
}
