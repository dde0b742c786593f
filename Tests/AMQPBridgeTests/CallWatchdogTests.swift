import AMQPBridgeTesting
import Glibc
import Synchronization
import Testing

@testable import AMQPBridge

@Suite("A library call that hangs is ended, and no other socket", .timeLimit(.minutes(2)))
struct CallWatchdogTests {
    private func isAlive(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 1
        return send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) == 1
    }

    /// Until it takes nothing more.
    private func fill(_ descriptor: Int32) {
        let bytes = [UInt8](repeating: 0, count: 4096)
        while send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 {}
    }

    @Test("the library hangs in a write to a full socket: every kind of call ends by its deadline")
    func fullSocket() throws {
        let limit = Duration.milliseconds(200)
        let calls: [(String, (borrowing CConnection) throws(AMQPError) -> Void)] = [
            ("answering a close", { (wire) throws(AMQPError) in try wire.confirmChannelClose() }),
            ("declaring", { (wire) throws(AMQPError) in try wire.declare(Exchange("x", .topic)) }),
            ("looking", { (wire) throws(AMQPError) in _ = try wire.inspect("q") }),
            ("opening", { (wire) throws(AMQPError) in try wire.openChannel() }),
        ]
        for (name, call) in calls {
            let pair = try Descriptor.pair()
            let wire = try CConnection(callTimeout: limit, try CallWatchdog())
            fill(pair.near.raw)
            try wire.adopt(Descriptor(dup(pair.near.raw)))
            let start = ContinuousClock.now
            let error = #expect(throws: AMQPError.self, "\(name)") { try call(wire) }
            let took = ContinuousClock.now - start
            #expect(error?.code == .timeout, "\(name): \(String(describing: error))")
            #expect(took >= limit && took < limit + MachineLateness.grace(since: start), "\(name) took \(took)")
        }
        let pair = try Descriptor.pair()
        let wire = try CConnection(callTimeout: limit, try CallWatchdog())
        fill(pair.near.raw)
        try wire.adopt(Descriptor(dup(pair.near.raw)))
        let start = ContinuousClock.now
        wire.close()
        #expect(ContinuousClock.now - start < limit + MachineLateness.grace(since: start))
    }

    @Test("a call that ends in time keeps its socket, however close it is to the deadline")
    func closeCalls() throws {
        for round in -20..<20 {
            let pair = try Descriptor.pair()
            let watchdog = try CallWatchdog()
            try watchdog.watch(pair.near.raw)
            let length = CallWatchdog.margin + .microseconds(round * 100)
            let isOverdue = watchdog.bound(by: .zero) { pause(for: length) }.isOverdue
            #expect(isAlive(pair.near.raw) == !isOverdue, "round \(round)")
            // Whatever comes late finds the next call running, which it must leave alone.
            if !isOverdue {
                #expect(!watchdog.bound(by: .seconds(10)) { pause(for: .milliseconds(20)) }.isOverdue)
                #expect(isAlive(pair.near.raw))
            }
        }
    }

    @Test("a descriptor's number that somebody else has by now is left alone")
    func reusedNumber() throws {
        let watchdog = try CallWatchdog()
        let pair = try Descriptor.pair()
        let old = dup(pair.near.raw)
        try watchdog.watch(old)
        let outcome = watchdog.bound(by: .zero) {
            // As the library does after a time-out.
            Glibc.close(old)
            watchdog.close()
            let others = Result { () throws(AMQPError) in [try HeldPair(), try HeldPair(), try HeldPair()] }
            pause(for: CallWatchdog.margin + .milliseconds(100))
            return others
        }
        #expect(outcome.isOverdue)
        let others = try outcome.result.get()
        #expect(others.contains { $0.pair.near.raw == old || $0.pair.far.raw == old }, "the number was used again")
        for other in others { #expect(isAlive(other.pair.near.raw) && isAlive(other.pair.far.raw)) }
    }

    @Test("alarms ring in their order, soon after their time, and not when cancelled")
    func alarms() async throws {
        let clock = try AlarmClock.shared()
        let rung = Mutex<[Int]>([])
        let start = ContinuousClock.now
        for delay in [60, 20, 40] {
            _ = clock.set(at: start + .milliseconds(delay)) { rung.withLock { $0.append(delay) } }
        }
        clock.cancel(clock.set(at: start + .milliseconds(30)) { rung.withLock { $0.append(30) } })
        pause(for: .milliseconds(200))
        #expect(rung.withLock { $0 } == [20, 40, 60])
    }

    private func pause(for duration: Duration) { usleep(UInt32(duration / .microseconds(1))) }
}

/// A pair that an array can hold.
private final class HeldPair {
    let pair: DescriptorPair
    init() throws(AMQPError) { pair = try Descriptor.pair() }
}
