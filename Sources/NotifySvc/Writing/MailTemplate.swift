import AMQPBridge
import Mustache

/// How the mails of one kind are written: Mustache templates (https://mustache.github.io) for subject, text and HTML,
/// which escapes what it is given.
struct MailTemplate: Sendable {
    /// What one mail says.
    struct Content {
        var subject: String
        var text: String
        var html: String
    }

    /// The files it comes from: `order.created.txt`, `order.created.html`.
    let textFile: String
    let htmlFile: String
    private let subject: MustacheTemplate
    private let text: MustacheTemplate
    private let html: MustacheTemplate

    /// Reads the two files of a kind. The text begins with a line `Subject: …` and an empty one.
    ///
    /// - Throws: `invalidConfiguration`, naming the file.
    init(_ kind: RoutingKey, from source: TemplateSource) throws(AMQPError) {
        textFile = "\(kind.rawValue).txt"
        htmlFile = "\(kind.rawValue).html"
        let lines = try source.text(textFile).split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, lines[0].hasPrefix("Subject: "), lines[1].isEmpty else {
            throw Self.broken(textFile, "it does not begin with a line 'Subject: …' and an empty one")
        }
        // What is not HTML is not to be escaped.
        subject = try Self.parse("{{% CONTENT_TYPE:TEXT}}\(lines[0].dropFirst("Subject: ".count))", textFile)
        text = try Self.parse("{{% CONTENT_TYPE:TEXT}}\(lines[2])", textFile)
        html = try Self.parse(try source.text(htmlFile), htmlFile)
    }

    func render(_ fields: TemplateFields) -> Content { render(fields, noting: TemplateMisses()) }

    private func render(_ fields: TemplateFields, noting misses: TemplateMisses) -> Content {
        let scope = TemplateScope(fields: fields, misses: misses)
        return Content(subject: subject.render(scope), text: text.render(scope), html: html.render(scope))
    }

    /// Writes a mail for nobody.
    ///
    /// - Throws: `invalidConfiguration` when a name in it means nothing, or the mail would have no subject.
    func check(_ fields: TemplateFields) throws(AMQPError) {
        for (file, template) in [(textFile, subject), (textFile, text), (htmlFile, html)] {
            let misses = TemplateMisses()
            let result = template.render(TemplateScope(fields: fields, misses: misses))
            if let name = misses.names.min() { throw Self.broken(file, "{{\(name)}} means nothing here") }
            guard result.contains(where: { !$0.isWhitespace }) else { throw Self.broken(file, "it says nothing") }
        }
    }

    private static func parse(_ text: String, _ file: String) throws(AMQPError) -> MustacheTemplate {
        // Would be left out without a word.
        if text.contains("{{>") || text.contains("{{<") { throw broken(file, "templates cannot include others") }
        do { return try MustacheTemplate(string: text) } catch {
            guard let error = error as? MustacheTemplate.ParserError else { throw broken(file, "\(error)") }
            throw broken(file, "\(error.error) in '\(error.context.line)'")
        }
    }

    static func broken(_ file: String, _ reason: String) -> AMQPError {
        AMQPError(.invalidConfiguration, "the mail template \(file): \(reason)")
    }
}
