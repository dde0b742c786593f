import ShopEvents
import ShopRunning

extension Scenario {
    static let ofMail: [Scenario] = [mailDown, mailSlow, mailRefusing, mailRejecting]

    static let mailDown = Scenario(
        name: "mail-down", family: .mail, summary: "the mail server is gone for some seconds",
        setting: Setting(mailServer: [])
    ) { drill in
        let begin = ContinuousClock.now
        await drill.shop.killMailServer()
        await drill.killed("mail server")
        try await drill.noticed(by: [.notify], since: begin)
        try await drill.mailWaits(30)
        // Nobody else minds.
        try await drill.clean([.order, .inventory, .shipping])
        try await drill.nothingIsDead()
        try await drill.shop.startMailServer()
        try await drill.clean()
    }

    static let mailSlow = Scenario(
        name: "mail-slow", family: .mail, summary: "the mail server takes a second for each mail, then is quick again",
        setting: Setting(mailServer: ["--slow", "1"])
    ) { drill in
        try await drill.mailWaits(30)
        try await drill.clean([.order, .inventory, .shipping])
        await drill.shop.killMailServer()
        try await drill.shop.startMailServer([])
        try await drill.clean()
    }

    static let mailRefusing = Scenario(
        name: "mail-refusing", family: .mail, summary: "the mail server asks everybody to come again later (451)",
        setting: Setting(mailServer: [])
    ) { drill in
        await drill.shop.killMailServer()
        try await drill.shop.startMailServer(["--refuse-all"])
        try await drill.noticed(by: [.notify], since: .now)
        // Longer than the whole ladder.
        try await Task.sleep(for: .seconds(8))
        try await drill.mailWaits(30)
        try await drill.nothingIsDead()
        await drill.shop.killMailServer()
        try await drill.shop.startMailServer()
        try await drill.clean()
    }

    static let mailRejecting = Scenario(
        name: "mail-rejecting", family: .mail, summary: "the mail server knows nothing of some customers (550)",
        setting: Setting(mailServer: [], email: { $0 % 4 == 1 ? refused : "customer\($0)@example.org" })
    ) { drill in
        await drill.expect { $0.refusedAddresses = [refused] }
        try await drill.flow(toShare: 1)
        try await waitFor("dead letters of the refused mails") { try await drill.letters().count >= 10 }
        let strange = try await drill.letters().filter { $0.service != "notify" || !$0.error.contains("550") }
        if let one = strange.first { throw CommandFailed(description: "a letter without its reason: \(one)") }
        try await drill.clean()
    }

    private static let refused = "refused@example.org"
}

extension Drill {
    func letters() async throws -> [LetterRow] {
        try await shop.command("dead", "list", "--json").checked().rows(of: LetterRow.self)
    }

    fileprivate func nothingIsDead() async throws {
        if let one = try await letters().first { throw CommandFailed(description: "a dead letter: \(one)") }
    }

    /// Waits until so many mails are due and have not arrived.
    fileprivate func mailWaits(_ count: Int) async throws {
        try await waitFor("\(count) events to wait for the mail server", within: .seconds(30)) {
            let due = tap.read { $0.stories.values.reduce(0) { $0 + $1.mailsDue.count } }
            return try due - shop.mail.kindsByOrder().values.reduce(0) { $0 + $1.count } >= count
        }
    }
}
