import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Synchronization

/// A broker of the test's own: it answers as a broker should, until a test has it answer otherwise.
final class ScriptedServer: Sendable {
    /// What the client has just said.
    enum Moment: Hashable, CustomStringConvertible {
        /// It sent the protocol header.
        case greeting
        case method(MethodID)
        /// It sent the last body frame of a message.
        case published

        var description: String {
            switch self {
            case .greeting: "greeting"
            case .method(let id): "\(id.classID).\(id.methodID)"
            case .published: "published"
            }
        }
    }

    /// What to do about it.
    enum Answer {
        case bytes([UInt8])
        /// Send, then close.
        case last([UInt8])
        /// Send again and again, until the client is gone.
        case endlessly([UInt8])
    }

    typealias Script = @Sendable (Moment, _ honest: [UInt8]) -> Answer

    private struct State {
        var clients: [Int32] = []
        var running = 0
        var isStopped = false
    }

    private let listener: LocalPort
    private let state = Mutex(State())

    init(_ script: @escaping Script = { .bytes($1) }) throws {
        listener = try LocalPort(isListening: true)
        Thread.detachNewThread { [self] in
            while case let client = accept(listener.descriptor, nil, nil), client >= 0 {
                let isStopped = state.withLock { state in
                    state.clients.append(client)
                    state.running += 1
                    return state.isStopped
                }
                if isStopped { shutdown(client, Int32(SHUT_RDWR)) }
                Thread.detachNewThread { [self] in
                    ScriptedConversation(client).hold(script)
                    state.withLock { state in
                        state.clients.removeAll { $0 == client }
                        state.running -= 1
                        close(client)
                    }
                }
            }
        }
    }

    var endpoint: AMQPEndpoint { AMQPEndpoint(host: "127.0.0.1", port: listener.number) }

    /// Hangs up on everybody; its threads end with that.
    func stop() {
        listener.close()
        state.withLock { state in
            state.isStopped = true
            for client in state.clients { shutdown(client, Int32(SHUT_RDWR)) }
        }
    }
}

/// One client's connection: reads what it says, frame by frame, and answers by the script.
private final class ScriptedConversation {
    private let descriptor: Int32
    private var published: UInt64 = 0

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    func hold(_ script: ScriptedServer.Script) {
        guard read(8) != nil, answer(.greeting, script) else { return }
        while let moment = nextMoment() {
            guard answer(moment, script) else { return }
        }
    }

    /// False when the conversation is over.
    private func answer(_ moment: ScriptedServer.Moment, _ script: ScriptedServer.Script) -> Bool {
        switch script(moment, honest(moment)) {
        case .bytes(let bytes): return send(bytes)
        case .last(let bytes):
            _ = send(bytes)
            shutdown(descriptor, Int32(SHUT_WR))
            return false
        case .endlessly(let bytes):
            while send(bytes) {}
            return false
        }
    }

    private func honest(_ moment: ScriptedServer.Moment) -> [UInt8] {
        typealias A = AMQPBytes
        switch moment {
        case .greeting: return A.start()
        case .method(.startOK): return A.tune()
        case .method(.open): return A.method(channel: 0, .openOK, A.short(""))
        case .method(.connectionClose): return A.method(channel: 0, .connectionCloseOK)
        case .method(.channelOpen): return A.method(.channelOpenOK, A.long(""))
        case .method(.flow): return A.method(.flowOK, [1])
        case .method(.confirmSelect): return A.method(.confirmSelectOK)
        case .method(.declare): return A.method(.declareOK, A.short("q") + A.number(UInt64(0)))
        case .method(.qos): return A.method(.qosOK)
        case .method(.consume): return A.method(.consumeOK, A.short("honest"))
        case .method(.cancel): return A.method(.cancelOK, A.short("honest"))
        case .published:
            published += 1
            return A.ack(published)
        case .method: return []
        }
    }

    /// Skips what needs no answer. Nil when the client is gone or has been silent for long.
    private func nextMoment() -> ScriptedServer.Moment? {
        while let head = read(7) {
            let size = head[3...6].reduce(0) { $0 << 8 | Int($1) }
            guard size < 1 << 20, let payload = read(size + 1) else { return nil }
            switch head[0] {
            case 1 where size >= 4:
                let number = payload[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                return .method(MethodID(UInt16(number >> 16), UInt16(number & 0xFFFF)))
            case 3: return .published
            default: continue
            }
        }
        return nil
    }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 20_000) > 0 else { return nil }
            let got = bytes[filled...].withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
