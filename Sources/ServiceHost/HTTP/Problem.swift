public import Hummingbird

/// An error answer in the form that programs understand: problem details (RFC 9457), `application/problem+json`.
public struct Problem: HTTPResponseError, Hashable {
    public var status: HTTPResponse.Status
    /// What is wrong with this request and what to do, in a sentence.
    public var detail: String
    /// Each thing that is wrong, when there may be several.
    public var reasons: [String]?
    /// When it is worth trying again, in seconds (RFC 9110, 10.2.3).
    public var retryAfter: Int?
    /// What may be done here instead (RFC 9110, 10.2.1).
    var allow: String?

    public init(_ status: HTTPResponse.Status, _ detail: String, reasons: [String]? = nil, retryAfter: Int? = nil) {
        self.status = status
        self.detail = detail
        self.reasons = reasons
        self.retryAfter = retryAfter
    }

    /// - Parameters:
    ///   - method: what was tried.
    ///   - allow: what may be done at this address, with commas between.
    public init(notAllowed method: String, allow: String) {
        self.init(.methodNotAllowed, "\(method) is not possible here; \(allow) is")
        self.allow = allow
    }

    private struct Body: Encodable {
        /// There is no page about it: the status says what kind of problem it is (RFC 9457, 4.2.1).
        var type = "about:blank"
        var title: String
        var status: Int
        var detail: String
        var reasons: [String]?
    }

    public func response(from request: Request, context: some RequestContext) throws -> Response {
        let body = Body(title: status.reasonPhrase, status: status.code, detail: detail, reasons: reasons)
        var response = try context.responseEncoder.encode(body, from: request, context: context)
        response.status = status
        response.headers[.contentType] = "application/problem+json"
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        if let allow { response.headers[.allow] = allow }
        return response
    }
}
