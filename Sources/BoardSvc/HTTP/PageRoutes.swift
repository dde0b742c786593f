import AMQPBridge
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceHost
import ShopEvents

/// The page itself, which is part of the binary, and what it has to know before it can show anything.
enum PageRoutes {
    private static let files: [(path: String, type: String, bytes: [UInt8])] = [
        ("/", "text/html; charset=utf-8", PackageResources.index_html),
        ("/board.css", "text/css; charset=utf-8", PackageResources.board_css),
        ("/board.js", script, PackageResources.board_js),
        ("/charts.js", script, PackageResources.charts_js),
        ("/graph.js", script, PackageResources.graph_js),
        ("/letters.js", script, PackageResources.letters_js),
        ("/orders.js", script, PackageResources.orders_js),
        ("/services.js", script, PackageResources.services_js),
        ("/story.js", script, PackageResources.story_js),
        ("/words.js", script, PackageResources.words_js),
    ]
    private static let script = "text/javascript; charset=utf-8"

    /// Nothing from elsewhere, nothing inline, and in nobody else's frame.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static func add(to router: Router<ServiceRequestContext>, canSettle: Bool) {
        for file in files {
            let body = ByteBuffer(bytes: file.bytes)
            router.get(RouterPath(file.path)) { _, _ in
                Response(status: .ok, headers: headers(file.type), body: ResponseBody(byteBuffer: body))
            }
        }
        router.get("/api/shop") { _, _ in Shop(canSettle: canSettle) }
    }

    private static func headers(_ type: String) -> HTTPFields {
        var headers: HTTPFields = [
            .contentType: type, .cacheControl: "no-cache", .contentSecurityPolicy: policy,
            .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        return headers
    }

    /// Who talks to whom.
    private struct Shop: ResponseEncodable {
        struct Service: Encodable {
            var name: String
            /// Routing keys, with `*` and `#`.
            var listensTo: [String]
            var emits: [String]
            /// It looks on, and no order waits for it.
            var onlooker: Bool

            enum CodingKeys: String, CodingKey {
                case name, emits, onlooker
                case listensTo = "listens_to"
            }
        }

        var services = ShopService.allCases.map {
            Service(
                name: $0.rawValue, listensTo: $0.listensTo.map(\.rawValue), emits: $0.emits.map(\.rawValue),
                onlooker: !ShopService.workers.contains($0))
        }
        /// Whether there is a token with which letters can be settled.
        var canSettle: Bool

        enum CodingKeys: String, CodingKey {
            case services
            case canSettle = "can_settle"
        }
    }
}
