import Configuration

/// What the environment says about mail. Only who sends mail looks at it, and judges it.
public struct MailConfiguration: Sendable {
    /// `MAIL_DIR`: the maildir for outgoing mail, unless there is a mail server. Default: mail.
    public var directory: String
    /// `MAIL_FROM`: the sender, `orders@example.com` or `The Shop <orders@example.com>`.
    public var sender: String?
    /// `MAIL_TEMPLATES`: a folder of templates in place of the built-in ones.
    public var templates: String?
    /// `SMTP_URL`: the mail server. May hold a password: never to be shown.
    public var serverURL: String?
    /// `SMTP_USER`, when the URL names none.
    public var user: String?
    /// `SMTP_PASSWORD_FILE`: a file that holds this user's password.
    public var passwordFile: String?
    /// `SMTP_CA_FILE`: a PEM file of the authorities to trust instead of the system's.
    public var authorities: String?

    public init(directory: String = "mail", serverURL: String? = nil) {
        self.directory = directory
        self.serverURL = serverURL
    }

    /// - Parameter value: the variable of that name; nil when it is not set.
    init(_ value: (_ key: ConfigKey, _ isSecret: Bool) -> String?) {
        directory = value("mail.dir", false) ?? "mail"
        sender = value("mail.from", false)
        templates = value("mail.templates", false)
        serverURL = value("smtp.url", true)
        user = value("smtp.user", false)
        passwordFile = value("smtp.password.file", false)
        authorities = value("smtp.ca.file", false)
    }
}
