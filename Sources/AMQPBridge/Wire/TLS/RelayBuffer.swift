/// Bytes on their way in one direction: filled at its end, taken from its start, of a fixed size.
struct RelayBuffer: ~Copyable {
    static let size = 64 << 10

    private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    private var start = 0
    private var end = 0

    deinit { bytes.deallocate() }

    var isEmpty: Bool { start == end }
    var hasRoom: Bool { end < Self.size }

    /// - Parameter body: fills the room it gets and returns how many bytes that were; 0 or less: none.
    mutating func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let count = body(UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
        end += max(0, count)
        return count
    }

    mutating func fill(_ body: (UnsafeMutableRawBufferPointer) -> TLSSession.Step) -> TLSSession.Step {
        let step = body(UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
        if case .done(let count) = step { end += count }
        return step
    }

    func withUnread<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }

    mutating func markRead(_ count: Int) {
        start += count
        if isEmpty { clear() }
    }

    mutating func clear() {
        start = 0
        end = 0
    }
}
