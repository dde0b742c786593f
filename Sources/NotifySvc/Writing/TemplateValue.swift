import Mustache

typealias TemplateFields = [String: TemplateValue]

/// What a name in a template stands for. Texts come from outside and stay within their line.
indirect enum TemplateValue {
    case text(String)
    /// Made by us, with lines of its own.
    case verbatim(String)
    case list([TemplateValue])
    /// A section that is there, with names of its own.
    case fields(TemplateFields)
    /// Known, but there is none: its section is left out.
    case absent

    /// Absent when there is nothing to be seen in it.
    static func optional(_ text: String) -> TemplateValue {
        text.allSatisfy(\.isWhitespace) ? .absent : .text(text)
    }

    /// A section with the list `address`, one text a line.
    static func address(_ text: String) -> TemplateValue {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
            .map { TemplateValue.text(String($0)) }
        return lines.isEmpty ? .absent : .fields(["address": .list(lines)])
    }

    /// As the template library takes it.
    var rendered: Any? {
        switch self {
        case .text(let text): BodyText.line(text)
        case .verbatim(let text): text
        case .list(let values): values.compactMap(\.rendered)
        case .fields(let fields): TemplateScope(fields: fields, misses: nil)
        case .absent: nil
        }
    }
}

/// The names a template may use at one level.
struct TemplateScope: MustacheParent {
    let fields: TemplateFields
    /// Notes names that nobody knows; nil where an outer level may know them.
    let misses: TemplateMisses?

    func child(named name: String) -> Any? {
        guard let value = fields[name] else {
            misses?.names.insert(name)
            return nil
        }
        return value.rendered
    }
}

/// Names a template used that mean nothing.
final class TemplateMisses {
    var names: Set<String> = []
}
