import AMQPBridge
import Hummingbird

/// The answer to a wish that is stored and not yet fulfilled: where to see what becomes of it. It is the same whenever the
/// same wish is repeated.
struct OrderAccepted: ResponseGenerator, Encodable {
    var orderID: String
    var href: String

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case href
    }

    init(_ orderID: String) {
        self.orderID = orderID
        href = "/orders/\(orderID)"
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        // To the byte: another encoder would put the fields in any order.
        Response(
            status: .accepted, headers: [.contentType: "application/json", .location: href],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try PlainJSON.encode(self))))
    }
}
