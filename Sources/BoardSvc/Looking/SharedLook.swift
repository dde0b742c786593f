import AMQPBridge
import NIOCore

/// Something to look at, for everybody who watches: looked at anew at most once in a while, and only while somebody asks.
actor SharedLook {
    /// What was seen, ready to be sent. It stands alone: whoever misses one misses nothing that the next does not tell.
    struct Part: Sendable {
        var name: String
        /// Another one for other contents.
        var version: Int
        /// A server-sent event (HTML Standard, 9.2).
        var text: ByteBuffer
    }

    private let name: String
    private let period: Duration
    private let look: @Sendable () async throws -> any Encodable & Sendable
    private var part: Part?
    private var json: [UInt8] = []
    private var isLooking = false
    private var next = ContinuousClock.now

    /// - Parameters:
    ///   - name: of the event, too.
    ///   - period: what was seen is good enough for so long.
    ///   - look: what it throws leaves what was seen before.
    init(
        _ name: String, every period: Duration, _ look: @escaping @Sendable () async throws -> any Encodable & Sendable
    ) {
        self.name = name
        self.period = period
        self.look = look
    }

    /// What was seen last; nil before the first time. Who comes while somebody else looks gets that, too.
    func current() async -> Part? {
        guard !isLooking, ContinuousClock.now >= next else { return part }
        isLooking = true
        next = .now + period
        let seen = try? await look()
        isLooking = false
        // Who is cancelled sees everything fail.
        if Task.isCancelled { next = .now } else if let seen { note(seen) }
        return part
    }

    private func note(_ seen: any Encodable & Sendable) {
        guard let json = try? PlainJSON.encode(seen, sorted: true), json != self.json else { return }
        self.json = json
        var text = ByteBuffer(string: "event: \(name)\ndata: ")
        text.writeBytes(json)
        text.writeString("\n\n")
        part = Part(name: name, version: (part?.version ?? 0) + 1, text: text)
    }
}
