import Dispatch
import Synchronization

/// Mail into files. It waits for the disk, so it has its own queue and blocks no task's thread. What comes while it waits
/// is stored together.
final class MaildirOutlet: MailOutlet {
    private typealias Waiting = (message: MailMessage, continuation: UnsafeContinuation<Void, any Error>)

    /// Files that are open at the same time.
    private static let limit = 64

    let maildir: Maildir
    private let queue = DispatchQueue(label: "mail")
    private let waiting = Mutex<[Waiting]>([])

    init(maildir: Maildir) { self.maildir = maildir }

    /// Returns when the mail is on the disk, in the maildir's `new`.
    func send(_ message: MailMessage) async throws {
        try await withUnsafeThrowingContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                waiting.append((message, continuation))
                return waiting.count == 1
            }
            if isFirst { queue.async { self.storeWaiting() } }
        }
    }

    private func storeWaiting() {
        let (batch, isMore) = waiting.withLock { waiting in
            let batch = Array(waiting.prefix(Self.limit))
            waiting.removeFirst(batch.count)
            return (batch, !waiting.isEmpty)
        }
        if isMore { queue.async { self.storeWaiting() } }
        for (mail, result) in zip(batch, maildir.store(contentsOf: batch.map(\.message))) {
            mail.continuation.resume(with: result.map { _ in }.mapError { $0 as any Error })
        }
    }
}
