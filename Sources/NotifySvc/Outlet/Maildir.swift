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
        let bytes = message.bytes
        do {
            return try store(bytes, as: message.id.stableHash)
        } catch {
            // The first mail, or somebody cleaned up under us.
            if error.code != ENOENT { throw error }
            try prepare()
            return try store(bytes, as: message.id.stableHash)
        }
    }

    private func store(_ bytes: [UInt8], as name: String) throws(MaildirError) -> String {
        // In `tmp` no two writers may meet, not even with the same mail or the same process id in two containers.
        let draft = "\(path)/tmp/\(name).\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
        let file = "\(path)/new/\(name).eml"
        do {
            try PosixFile.create(draft, bytes)
            try PosixFile.move(draft, to: file)
        } catch {
            PosixFile.remove(draft)
            throw error
        }
        try PosixFile.syncDirectory("\(path)/new")
        return file
    }
}
