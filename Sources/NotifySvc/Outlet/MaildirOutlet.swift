import Dispatch

/// Mail into files. It waits for the disk, so it has its own queue and blocks no task's thread.
struct MaildirOutlet: MailOutlet {
    let maildir: Maildir
    private let queue = DispatchQueue(label: "mail", attributes: .concurrent)

    init(maildir: Maildir) { self.maildir = maildir }

    /// Returns when the mail is on the disk, in the maildir's `new`.
    func send(_ message: MailMessage) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async {
                continuation.resume(with: Result { _ = try maildir.store(message) })
            }
        }
    }
}
