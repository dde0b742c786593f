import Foundation

/// One connection through the proxy: a thread that moves bytes both ways, and keeps to what the proxy says.
struct ProxyLink {
    /// One way of the connection.
    private struct Lane {
        let source: Int32
        let target: Int32
        var pending: ArraySlice<UInt8> = []
        /// Bytes taken since the current strike, or since the beginning.
        var taken = 0
        var strikeNumber = 0
        /// Bytes were lost here: nothing may follow them, as TCP never leaves a gap.
        var isDeaf = false
        /// A throttled lane takes nothing before this.
        var next = ContinuousClock.now
    }

    /// How a connection ends.
    private enum End {
        case close, cut, reset
    }

    /// What the strike lets through at the moment.
    private enum Passage {
        case bytes(Int)
        case nothing
        case drop
        case end(End)
    }

    private static let throttleSlice = 50
    private static let lookAgain: Int32 = 20

    private var lanes: [FaultProxy.Direction: Lane]
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(client: Int32, broker: Int32) {
        for descriptor in [client, broker] {
            var isOn: Int32 = 1
            // Every write its own segment: a trickle must trickle.
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        }
        lanes = [
            .toBroker: Lane(source: client, target: broker), .toClient: Lane(source: broker, target: client),
        ]
    }

    mutating func run(_ proxy: FaultProxy) {
        while true {
            var readable: Set<Int32> = []
            guard wait(proxy, &readable) else { return finish(.close) }
            for direction in FaultProxy.Direction.allCases {
                if let end = move(direction, proxy, isReadable: readable) { return finish(end) }
            }
        }
    }

    /// Waits until something can be moved, or a little. False when the proxy was stopped.
    private func wait(_ proxy: FaultProxy, _ readable: inout Set<Int32>) -> Bool {
        guard !proxy.isOver else { return false }
        var descriptors: [pollfd] = []
        for (direction, lane) in lanes {
            if !lane.pending.isEmpty {
                descriptors.append(pollfd(fd: lane.target, events: Int16(POLLOUT), revents: 0))
            } else {
                switch passage(lane, proxy.strike(direction)) {
                case .bytes, .drop: descriptors.append(pollfd(fd: lane.source, events: Int16(POLLIN), revents: 0))
                case .end: return true
                case .nothing: break
                }
            }
        }
        poll(&descriptors, nfds_t(descriptors.count), Self.lookAgain)
        for one in descriptors where one.revents & ~Int16(POLLOUT) != 0 { readable.insert(one.fd) }
        return true
    }

    private func passage(_ lane: Lane, _ strike: FaultProxy.Strike?) -> Passage {
        if lane.isDeaf { return .drop }
        guard let strike else { return .bytes(buffer.count) }
        let left = strike.after - (lane.strikeNumber == strike.number ? lane.taken : 0)
        if left > 0 { return .bytes(min(left, buffer.count)) }
        switch strike.fault {
        case .cut: return .end(.cut)
        case .reset: return .end(.reset)
        case .stall: return .nothing
        case .swallow: return .drop
        case .trickle: return .bytes(1)
        case .throttle: return lane.next <= .now ? .bytes(Self.throttleSlice) : .nothing
        }
    }

    /// Returns how the connection is to end, if it is.
    private mutating func move(
        _ direction: FaultProxy.Direction, _ proxy: FaultProxy, isReadable: Set<Int32>
    ) -> End? {
        guard var lane = lanes[direction] else { return .close }
        let strike = proxy.strike(direction)
        defer { lanes[direction] = lane }
        if !lane.pending.isEmpty, !flush(&lane) { return .close }
        guard lane.pending.isEmpty else { return nil }
        if let strike, lane.strikeNumber != strike.number {
            lane.strikeNumber = strike.number
            lane.taken = 0
        }
        // Looked at again, because the strike may be younger than the bytes that woke us.
        let passage = passage(lane, strike)
        if let strike, lane.taken >= strike.after { proxy.noteHit(strike) }
        switch passage {
        case .end(let end): return end
        case .nothing: return nil
        case .drop:
            guard isReadable.contains(lane.source) else { return nil }
            guard let count = take(buffer.count, &lane) else { return .close }
            lane.isDeaf = lane.isDeaf || count > 0
            return nil
        case .bytes(let limit):
            guard isReadable.contains(lane.source) else { return nil }
            guard let count = take(limit, &lane) else { return .close }
            if strike?.fault == .throttle { lane.next = .now + .seconds(Double(Self.throttleSlice) / 1000) }
            lane.pending = buffer[..<count]
            return flush(&lane) ? nil : .close
        }
    }

    /// Bytes read into the buffer; nil when the source has ended.
    private mutating func take(_ limit: Int, _ lane: inout Lane) -> Int? {
        let count = recv(lane.source, &buffer, limit, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return 0 }
        guard count > 0 else { return nil }
        lane.taken += count
        return count
    }

    /// False when the target takes nothing any more.
    private func flush(_ lane: inout Lane) -> Bool {
        guard !lane.pending.isEmpty else { return true }
        let count = lane.pending.withUnsafeBytes {
            send(lane.target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        lane.pending = lane.pending.dropFirst(count)
        return true
    }

    private mutating func finish(_ end: End) {
        let descriptors = lanes.values.map(\.source)
        switch end {
        case .close: break
        case .reset:
            var now = linger(l_onoff: 1, l_linger: 0)
            for descriptor in descriptors {
                setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            }
        case .cut:
            for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_WR)) }
            // Closing with something unread would be a reset: read until both have gone, within a second.
            let deadline = ContinuousClock.now + .seconds(1)
            var open = descriptors
            while !open.isEmpty, ContinuousClock.now < deadline {
                open.removeAll { hasEnded($0) }
                usleep(2000)
            }
        }
        for descriptor in descriptors { close(descriptor) }
    }

    private mutating func hasEnded(_ descriptor: Int32) -> Bool {
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)
    }
}
