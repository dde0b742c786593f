import Foundation
import Testing

@testable import NotifySvc

@Suite("Maildir: a whole mail or none, once")
struct MailDirectoryTests {
    /// Hands a fresh directory to the test and removes it afterwards.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "maildir-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func files(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `Stores a mail under its id's hash, closed to others`() throws {
        try withDirectory { root in
            let message = try Mails.make(name: "Jörg", body: "Grüße\n")
            let file = try Maildir("\(root)/deep/mail").store(message)
            #expect(file == "\(root)/deep/mail/new/\(message.id.stableHash).eml")
            #expect(try Data(contentsOf: URL(filePath: file)) == Data(message.bytes))
            #expect(try files("\(root)/deep/mail") == ["cur", "new", "tmp"])
            #expect(try files("\(root)/deep/mail/tmp") == [])
            for name in ["tmp", "new", "cur"] { #expect(try mode("\(root)/deep/mail/\(name)") == 0o700) }
            #expect(try mode(file) == 0o600)
        }
    }

    @Test func `A resend replaces, also with another content`() throws {
        try withDirectory { root in
            let maildir = Maildir(root)
            let files = try ["one", "one", "two, longer than before", "3"].map {
                try maildir.store(Mails.make(body: $0))
            }
            #expect(Set(files).count == 1)
            #expect(try self.files("\(root)/new").count == 1)
            #expect(try self.files("\(root)/tmp") == [])
            #expect(try Data(contentsOf: URL(filePath: files[0])) == Data(Mails.make(body: "3").bytes))
        }
    }

    @Test(.timeLimit(.minutes(2))) func `1,000 mails, some twice, are 1,000 files`() throws {
        try withDirectory { root in
            let maildir = Maildir(root)
            for number in Array(0..<1000) + Array(0..<50) { try maildir.store(Mails.make(event: "event-\(number)")) }
            #expect(try files("\(root)/new").count == 1000)
            #expect(try files("\(root)/tmp") == [])
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Many writers of one mail leave it whole`() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "maildir-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        let message = try Mails.make(body: String(repeating: "0123456789\n", count: 20_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { try Maildir(root).store(message) } }
            try await group.waitForAll()
        }
        #expect(try files("\(root)/new").count == 1)
        #expect(try files("\(root)/tmp") == [])
        let stored = try Data(contentsOf: URL(filePath: "\(root)/new/\(message.id.stableHash).eml"))
        #expect(stored == Data(message.bytes))
    }

    @Test func `Comes back when its directories are removed under it`() throws {
        try withDirectory { root in
            let maildir = Maildir(root)
            for part in ["", "/tmp", "/new", "/cur"] {
                try maildir.store(Mails.make())
                try FileManager.default.removeItem(atPath: root + part)
                try maildir.store(Mails.make())
                #expect(try files("\(root)/new").count == 1)
                #expect(try files("\(root)/tmp") == [])
            }
        }
    }

    @Test func `A path that cannot be is an error that names it`() throws {
        for (path, code) in [("/dev/null/mail", ENOTDIR), ("/proc/no-such/mail", ENOENT)] {
            for attempt in [{ try Maildir(path).prepare() }, { _ = try Maildir(path).store(Mails.make()) }] {
                #expect {
                    try attempt()
                } throws: { error in
                    guard let error = error as? MaildirError else { return false }
                    return error.code == code && error.path.hasPrefix(path.prefix(9)) && "\(error)".contains(error.path)
                }
            }
        }
        let error = MaildirError(call: "write", path: "/mail/tmp/x", code: ENOSPC)
        #expect("\(error)" == "cannot store mail: write /mail/tmp/x: No space left on device")
    }

    @Test(.enabled(if: geteuid() != 0, "permissions do not bind root"))
    func `A directory without permission is an error`() throws {
        try withDirectory { root in
            try Maildir(root).prepare()
            #expect(chmod("\(root)/tmp", 0o500) == 0)
            defer { _ = chmod("\(root)/tmp", 0o700) }
            #expect {
                try Maildir(root).store(Mails.make())
            } throws: { error in
                (error as? MaildirError)?.code == EACCES
            }
        }
    }

    @Test func `When the last step fails, nothing stays in tmp`() throws {
        try withDirectory { root in
            let message = try Mails.make()
            try Maildir(root).prepare()
            // A directory in the mail's place: even root cannot rename a file over it.
            let place = "\(root)/new/\(message.id.stableHash).eml"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            #expect {
                try Maildir(root).store(message)
            } throws: { error in
                guard let error = error as? MaildirError else { return false }
                return error.code == EISDIR && error.path == place
            }
            #expect(try files("\(root)/tmp") == [])
        }
    }

    @Test func `A full disk is an error that says so`() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        #expect(throws: MaildirError(call: "write", path: "/mail/tmp/x", code: ENOSPC)) {
            try PosixFile.writeAll([1, 2, 3], "/mail/tmp/x") { write(full, $0.baseAddress, $0.count) }
        }
    }

    @Test func `Short and interrupted writes are carried on`() throws {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        var written: [UInt8] = []
        var calls = 0
        try PosixFile.writeAll(bytes, "x") { rest in
            calls += 1
            if calls.isMultiple(of: 3) {
                errno = EINTR
                return -1
            }
            written += rest.prefix(7)
            return min(7, rest.count)
        }
        #expect(written == bytes)
        #expect(throws: MaildirError(call: "write", path: "x", code: EIO)) {
            try PosixFile.writeAll(bytes, "x") { _ in 0 }
        }
    }
}
