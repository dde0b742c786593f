/// The properties of a message (AMQP 0-9-1, class basic). What is nil is not sent.
///
/// Texts are at most 255 bytes of UTF-8 each, and all together fit into one frame: otherwise publishing fails as
/// `tooLarge`, and nothing is sent. The bridge passes on what is not its own, unread.
public struct MessageProperties: Hashable, Sendable {
    /// Shared until somebody changes it. A delivery is handed on many times, and a dozen texts each time would show.
    private var storage: Storage

    struct Fields: Hashable, Sendable {
        var contentType: String?
        var contentEncoding: String?
        var headers: AMQPTable = [:]
        var isPersistent = true
        var priority: UInt8?
        var correlationID: String?
        var replyTo: String?
        var expiration: String?
        var messageID: String?
        var timestamp: UInt64?
        var type: String?
        var userID: String?
        var appID: String?
    }

    /// Sendable, as it is changed in `change` alone, and there only when `isKnownUniquelyReferenced` says that no other
    /// value, and so no other task, has it: what is shared is only read.
    private final class Storage: @unchecked Sendable {
        static let none = Storage(Fields())
        var fields: Fields
        init(_ fields: Fields) { self.fields = fields }
    }

    /// The body's media type (RFC 6838), for example `application/cloudevents+json`.
    public var contentType: String? {
        get { storage.fields.contentType }
        set { change { $0.contentType = newValue } }
    }
    /// How the body is packed, for example `gzip`; the bridge neither packs nor unpacks.
    public var contentEncoding: String? {
        get { storage.fields.contentEncoding }
        set { change { $0.contentEncoding = newValue } }
    }
    /// Default: none. Names that begin with `amqpbridge-` are the bridge's own, those with `x-` the broker's.
    public var headers: AMQPTable {
        get { storage.fields.headers }
        set { change { $0.headers = newValue } }
    }
    /// True: survives a broker restart on a durable queue (`delivery_mode: 2`). Default: true. In a delivery false when
    /// its sender did not say.
    public var isPersistent: Bool {
        get { storage.fields.isPersistent }
        set { change { $0.isPersistent = newValue } }
    }
    /// Higher ones first, 0 to 9 in AMQP 0-9-1; only queues with `x-max-priority` look at it.
    public var priority: UInt8? {
        get { storage.fields.priority }
        set { change { $0.priority = newValue } }
    }
    /// What it belongs to; the bus sends the event's ``EventMetadata/correlationID``.
    public var correlationID: String? {
        get { storage.fields.correlationID }
        set { change { $0.correlationID = newValue } }
    }
    /// The queue in which an answer is wanted; the bus wants none.
    public var replyTo: String? {
        get { storage.fields.replyTo }
        set { change { $0.replyTo = newValue } }
    }
    /// Milliseconds after which the broker may drop the message, as text.
    public var expiration: String? {
        get { storage.fields.expiration }
        set { change { $0.expiration = newValue } }
    }
    /// The bus sends the event's id. Without one, a publishing with `isMandatory` gets a UUID on its way: the broker
    /// returns what it cannot route, and only the id tells which message that was.
    public var messageID: String? {
        get { storage.fields.messageID }
        set { change { $0.messageID = newValue } }
    }
    /// Seconds since 1970.
    public var timestamp: UInt64? {
        get { storage.fields.timestamp }
        set { change { $0.timestamp = newValue } }
    }
    /// The bus sends the event's type.
    public var type: String? {
        get { storage.fields.type }
        set { change { $0.type = newValue } }
    }
    /// Checked by the broker against the connection's user: any other costs the channel (406). Nil is always right, and
    /// sent as that user (``AMQPConfiguration/Options/sendsUserID``).
    public var userID: String? {
        get { storage.fields.userID }
        set { change { $0.userID = newValue } }
    }
    /// Who sent it; the bus sends the event's source. Not checked by anybody.
    public var appID: String? {
        get { storage.fields.appID }
        set { change { $0.appID = newValue } }
    }

    /// Persistent, and nothing else.
    public init() { storage = .none }

    init(_ fields: Fields) { storage = Storage(fields) }

    private mutating func change(_ body: (inout Fields) -> Void) {
        if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.fields) }
        body(&storage.fields)
    }

    public static func == (one: MessageProperties, other: MessageProperties) -> Bool {
        one.storage === other.storage || one.storage.fields == other.storage.fields
    }

    public func hash(into hasher: inout Hasher) { storage.fields.hash(into: &hasher) }
}
