import Glibc

/// A directory of mails, one file each (maildir: `tmp`, `new`, `cur`).
///
/// A file gets its name in `new` in one step and only when it is complete and on the disk, so that a reader never sees
/// half a mail and a crash loses none that was reported as stored. The name is a hash of the Message-ID: storing a mail
/// again replaces it, as long as nobody has moved it on to `cur`.
///
/// What a process that was killed leaves in `tmp` harms nobody; mail readers delete it after 36 hours, as is the custom.
///
/// The calls block until the disk has the mail: call them from a thread that may wait. Several threads and processes
/// may store into the same directory.
struct Maildir: Hashable, Sendable {
    let path: String

    /// - Parameter path: need not exist yet; what is missing is created on the first use.
    init(_ path: String) {
        // An empty path plus `/tmp` would be everybody's `/tmp`.
        self.path = path.isEmpty ? "." : path
    }

    /// Creates what is missing, for example to report a bad path when a service starts.
    func prepare() throws(MaildirError) {
        for name in ["tmp", "new", "cur"] { try PosixFile.createDirectories("\(path)/\(name)") }
    }

    /// Stores the mail; when it returns, a loss of power does not lose it.
    ///
    /// - Returns: the path of the file.
    /// - Throws: after an error no part of the mail is in `new`, except when only the last step failed, syncing `new`.
    @discardableResult
    func store(_ message: MailMessage) throws(MaildirError) -> String {
        do {
            return try storeOnce(message)
        } catch {
            // The first mail, or somebody cleaned up under us.
            if error.code != ENOENT { throw error }
            try prepare()
            return try storeOnce(message)
        }
    }

    /// Stores many, and waits for the disk about twice in all: it writes them at the same time, and one sync of a
    /// directory serves all that were renamed into it. Each as ``store(_:)``, in the same order.
    func store(contentsOf messages: [MailMessage]) -> [Result<String, MaildirError>] {
        guard messages.count > 1 else {
            return messages.map { message in Result { () throws(MaildirError) in try store(message) } }
        }
        let drafts = messages.map { message in Result { () throws(MaildirError) in try Draft(of: message, in: path) } }
        var files = drafts.map { draft in
            draft.flatMap { draft in Result { () throws(MaildirError) in try draft.publish() } }
        }
        let synced = Result { () throws(MaildirError) in try PosixFile.syncDirectory("\(path)/new") }
        files = files.map { file in file.flatMap { path in synced.map { path } } }
        return zip(messages, files).map { message, file in
            // Alone it makes what is missing.
            if case .failure(let error) = file, error.code == ENOENT {
                return Result { () throws(MaildirError) in try store(message) }
            }
            return file
        }
    }

    private func storeOnce(_ message: MailMessage) throws(MaildirError) -> String {
        let file = try Draft(of: message, in: path).publish()
        try PosixFile.syncDirectory("\(path)/new")
        return file
    }
}

/// A mail in `tmp`, on its way to the disk.
private struct Draft {
    private let descriptor: Int32
    private let path: String
    private let target: String

    /// Writes it; the disk begins with it at once.
    init(of message: MailMessage, in maildir: String) throws(MaildirError) {
        let name = message.id.stableHash
        // In `tmp` no two writers may meet, not even with the same mail or the same process id in two containers.
        path = "\(maildir)/tmp/\(name).\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
        target = "\(maildir)/new/\(name).eml"
        descriptor = try PosixFile.create(path, message.bytes)
    }

    /// Moves it to `new` once it is on the disk; without success nothing of it is left.
    func publish() throws(MaildirError) -> String {
        do {
            try PosixFile.finish(descriptor, path)
            try PosixFile.move(path, to: target)
            return target
        } catch {
            PosixFile.remove(path)
            throw error
        }
    }
}
