import Glibc
import Synchronization

/// Carries bytes between a TLS session and one end of a pair of local sockets, on a thread of its own.
///
/// The library and our own traffic hold the other end and know nothing of TLS. The library's TLS socket would not do: in
/// 0.11 it speaks TLS 1.0, knows no IP addresses in certificates, keeps its handle to itself, and its writes hang.
///
/// Nothing here blocks but `poll`, and each direction stops reading while what it read has not been taken. Either side's
/// end is the other's: what the ending side sent before is still delivered, for a while.
struct TLSRelay: ~Copyable {
    /// How long one side may take what the other left behind.
    private static let farewell = Duration.seconds(2)

    private let session: TLSSession
    private let bridge: Descriptor
    private let end: TLSEnd
    private var inbound = RelayBuffer()
    private var outbound = RelayBuffer()
    /// What the session needs the socket for before it can go on.
    private var readNeed = Int16(POLLIN)
    private var writeNeed = Int16(POLLOUT)
    /// Nothing more comes from the broker.
    private var isBrokerGone = false
    /// The broker takes nothing more.
    private var isBrokerDeaf = false
    /// Nothing more comes from the bridge, which takes nothing more either.
    private var isBridgeGone = false
    private var isBridgeRead = false
    private var isGoodbyeSaid = false
    private var deadline: ContinuousClock.Instant?

    /// Starts the thread. It ends soon after either side has.
    ///
    /// - Returns: the bridge's end.
    static func start(_ session: sending TLSSession, _ end: TLSEnd) throws(AMQPError) -> Descriptor {
        let pair = try Descriptor.pair()
        let far = pair.far.release()
        do throws(AMQPError) {
            try DetachedThread.start {
                var relay = TLSRelay(session, Descriptor(far), end)
                relay.run()
            }
        } catch {
            Glibc.close(far)
            throw error
        }
        return pair.near
    }

    private init(_ session: TLSSession, _ bridge: consuming Descriptor, _ end: TLSEnd) {
        self.session = session
        self.bridge = bridge
        self.end = end
    }

    private mutating func run() {
        while !isFinished {
            let hasRead = carryIn()
            let hasWritten = carryOut()
            sayGoodbye()
            if !hasRead && !hasWritten && !isFinished { wait() }
        }
        shutdown(bridge.raw, Int32(SHUT_RDWR))
    }

    private var isFinished: Bool {
        if isBrokerGone && inbound.isEmpty { return true }
        return deadline.map { .now >= $0 } ?? false
    }

    /// Once the bridge's last bytes have left. The broker's end is still awaited: a socket closed with something unread
    /// resets the connection, and what is on its way is lost.
    private mutating func sayGoodbye() {
        guard isBridgeRead, outbound.isEmpty, !isGoodbyeSaid else { return }
        isGoodbyeSaid = true
        session.sayGoodbye()
    }

    private mutating func sayEnded() {
        deadline = deadline ?? .now + Self.farewell
    }

    // MARK: Broker to bridge

    /// - Returns: whether anything moved.
    private mutating func carryIn() -> Bool {
        var hasMoved = false
        if inbound.isEmpty && !isBrokerGone { hasMoved = readBroker() }
        if inbound.isEmpty { return hasMoved }
        return writeBridge() || hasMoved
    }

    private mutating func readBroker() -> Bool {
        let session = session
        while inbound.hasRoom {
            switch inbound.fill({ session.read(into: $0) }) {
            case .done: continue
            case .wantsRead: readNeed = Int16(POLLIN)
            case .wantsWrite: readNeed = Int16(POLLOUT)
            case .ended: brokerLeft(nil)
            case .failed(let problem): brokerLeft(problem)
            }
            break
        }
        return !inbound.isEmpty || isBrokerGone
    }

    private mutating func brokerLeft(_ problem: TLSProblem?) {
        isBrokerGone = true
        if let problem { end.note(session.loss(problem)) }
        sayEnded()
    }

    private mutating func writeBridge() -> Bool {
        if isBridgeGone {
            inbound.clear()
            return true
        }
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let count = inbound.withUnread { send(bridge.raw, $0.baseAddress, $0.count, flags) }
        if count > 0 {
            inbound.markRead(count)
            return true
        }
        if !SystemError.last.isPassing { bridgeLeft() }
        return isBridgeGone
    }

    // MARK: Bridge to broker

    private mutating func carryOut() -> Bool {
        var hasMoved = false
        if outbound.isEmpty && !isBridgeRead { hasMoved = readBridge() }
        if outbound.isEmpty { return hasMoved }
        return writeBroker() || hasMoved
    }

    private mutating func readBridge() -> Bool {
        let raw = bridge.raw
        let count = outbound.fill { recv(raw, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
        if count > 0 { return true }
        if count < 0, SystemError.last.isPassing { return false }
        isBridgeRead = true
        bridgeLeft()
        return true
    }

    private mutating func bridgeLeft() {
        isBridgeGone = true
        sayEnded()
    }

    private mutating func writeBroker() -> Bool {
        if isBrokerDeaf {
            outbound.clear()
            return true
        }
        switch outbound.withUnread({ session.write($0) }) {
        case .done(let count):
            outbound.markRead(count)
            return true
        case .wantsRead: writeNeed = Int16(POLLIN)
        case .wantsWrite: writeNeed = Int16(POLLOUT)
        case .ended, .failed:
            // Its last words, an alert perhaps, may still be there to read; they say more than a failed write.
            isBrokerDeaf = true
            sayEnded()
            return true
        }
        return false
    }

    // MARK: Waiting

    private mutating func wait() {
        var brokerEvents: Int16 = 0
        if inbound.isEmpty && !isBrokerGone { brokerEvents |= readNeed }
        if !outbound.isEmpty { brokerEvents |= writeNeed }
        var bridgeEvents: Int16 = 0
        if outbound.isEmpty { bridgeEvents |= Int16(POLLIN) }
        if !inbound.isEmpty { bridgeEvents |= Int16(POLLOUT) }
        var descriptors = (
            // A negative descriptor is skipped. With nothing to wait for, a hang-up would still end the wait, every time.
            pollfd(fd: brokerEvents == 0 ? -1 : session.descriptor, events: brokerEvents, revents: 0),
            pollfd(fd: isBridgeGone ? -1 : bridge.raw, events: bridgeEvents, revents: 0)
        )
        let timeout = deadline.map { max(.zero, $0 - .now).pollMilliseconds } ?? -1
        let ready = withUnsafeMutableBytes(of: &descriptors) {
            poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeout)
        }
        if ready > 0, descriptors.1.revents & Int16(POLLHUP | POLLERR) != 0 { bridgeLeft() }
    }
}

/// Why a TLS connection broke, for the bridge, which sees only that its end was closed.
final class TLSEnd: Sendable {
    private let reason = Mutex<AMQPError?>(nil)

    var error: AMQPError? { reason.withLock { $0 } }

    func note(_ error: AMQPError) { reason.withLock { $0 = $0 ?? error } }
}
