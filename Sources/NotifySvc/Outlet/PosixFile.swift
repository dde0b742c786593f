import Glibc

/// The few system calls that storing a mail takes. Each is repeated when a signal interrupts it.
enum PosixFile {
    /// Creates the file, which must not exist, writes its contents and lets the disk begin with them. To be finished.
    ///
    /// - Returns: its descriptor.
    static func create(_ path: String, _ bytes: [UInt8]) throws(MaildirError) -> Int32 {
        let file = try call("create", path) { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        do {
            try writeAll(bytes, path) { write(file, $0.baseAddress, $0.count) }
        } catch {
            _ = close(file)
            remove(path)
            throw error
        }
        // On Linux this begins to write: of several files each gets its place now, and the first that is synced takes the
        // others' along.
        _ = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
        return file
    }

    /// Returns once the file's contents are on the disk; it is closed in any case.
    static func finish(_ file: Int32, _ path: String) throws(MaildirError) {
        // What matters is reported by fsync; a close that was interrupted has closed all the same on Linux.
        defer { _ = close(file) }
        try call("sync", path) { fsync(file) }
    }

    /// Makes what was created in or renamed into the directory survive a loss of power.
    static func syncDirectory(_ path: String) throws(MaildirError) {
        let directory = try call("open", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { _ = close(directory) }
        try call("sync", path) { fsync(directory) }
    }

    /// Replaces what the new name meant, in one step.
    static func move(_ path: String, to newPath: String) throws(MaildirError) {
        try call("rename to", newPath) { rename(path, newPath) }
    }

    /// For clean-up: whether it was there does not matter.
    static func remove(_ path: String) { _ = unlink(path) }

    /// Creates the directory, open to its owner only, and all above it that are missing.
    static func createDirectories(_ path: String) throws(MaildirError) {
        if path.isEmpty || isDirectory(path) { return }
        let parent = parent(of: path)
        if parent != path { try createDirectories(parent) }
        do {
            try call("create directory", path) { mkdir(path, 0o700) }
        } catch {
            // `EEXIST` is what a file in the way is called, too; or somebody else was faster.
            if error.code != EEXIST { throw error }
            if !isDirectory(path) { throw MaildirError(call: error.call, path: path, code: ENOTDIR) }
            return
        }
        try syncDirectory(parent)
    }

    /// A write may take less than it is given.
    static func writeAll(
        _ bytes: [UInt8], _ path: String, _ write: (UnsafeRawBufferPointer) -> Int
    ) throws(MaildirError) {
        var done = 0
        while done < bytes.count {
            let written = try call("write", path) {
                bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[done...])) }
            }
            // POSIX gives no such answer to a write of more than nothing; better an error than a loop for ever.
            if written == 0 { throw MaildirError(call: "write", path: path, code: EIO) }
            done += written
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        let parent = path[..<slash]
        return parent.isEmpty ? "/" : String(parent)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    @discardableResult
    private static func call<Result: SignedInteger>(
        _ name: String, _ path: String, _ body: () -> Result
    ) throws(MaildirError) -> Result {
        while true {
            let result = body()
            let code = errno
            if result >= 0 { return result }
            if code != EINTR { throw MaildirError(call: name, path: path, code: code) }
        }
    }
}
