import Logging
import ServiceHost

/// Where mail leaves.
protocol MailOutlet: Sendable {
    /// Returns when somebody else has taken the responsibility for the mail: the mail server has confirmed it, or it is
    /// on the disk. Sending the same mail again is harmless: it has the same Message-ID.
    ///
    /// - Throws: a `ClassifiedError` that says whether the mail, its moment or the way is at fault; `CancellationError`.
    func send(_ message: MailMessage) async throws
}

enum MailOutlets {
    /// Mails that are on their way at the same time. Those for the maildir share commits and waits for the disk; by SMTP
    /// they queue up for the one connection, and eight that all time out still end before a handler must.
    static func width(for configuration: MailConfiguration) -> Int { configuration.serverURL == nil ? 64 : 8 }

    /// The mail server when `SMTP_URL` names one, else the maildir.
    ///
    /// - Throws: `invalidConfiguration`; `MaildirError` when the folder cannot be made.
    static func chosen(by configuration: MailConfiguration, logger: Logger) throws -> any MailOutlet {
        guard let server = try SMTPServer(configuration) else {
            let maildir = Maildir(configuration.directory)
            try maildir.prepare()
            return MaildirOutlet(maildir: maildir)
        }
        let metadata: Logger.Metadata = ["server": .string(server.description)]
        if server.isExposed {
            logger.warning("The mail server's password crosses the network in the clear", metadata: metadata)
        }
        logger.info("Mail goes to a server", metadata: metadata)
        return try SMTPOutlet(server)
    }
}
