/// Bytes on their way to the socket: whole frames, many per write.
///
/// rabbitmq-c's `amqp_basic_publish` makes three system calls a message; from here one `send` takes all that waits.
/// What is appended to has room first and is written without further checks, once per message.
///
/// Sendable although it holds a pointer: it can't be copied, so the memory has one owner, and who has that may write.
struct OutboundBuffer: ~Copyable, @unchecked Sendable {
    /// Memory beyond this is given back once it is not needed.
    private static let kept = 256 << 10

    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: kept, alignment: 16)
    private var filled = 0
    private var written = 0
    let channel: UInt16
    /// The negotiated frame size in bytes, frame header and end octet included.
    var frameMax: Int
    /// Whose messages these are: the `user_id` of all that name none.
    var user: String?

    init(channel: UInt16, frameMax: Int) {
        self.channel = channel
        self.frameMax = frameMax
    }

    deinit { memory.deallocate() }

    /// How many bytes have not left yet.
    var count: Int { filled - written }
    var isEmpty: Bool { filled == written }

    /// Some of it has left, and it may have been half a frame.
    var isPartlyWritten: Bool { written > 0 }

    /// Moves everything to the end of `other`. Nothing of it may have left.
    mutating func moveAll(behind other: inout OutboundBuffer) {
        withUnwritten { bytes in other.append(capacity: bytes.count) { $0.write(bytes) } }
        filled = 0
    }

    /// The bytes that have not left yet, for one write.
    func withUnwritten<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: memory[written..<filled]))
    }

    /// So many of them have left.
    mutating func markWritten(_ count: Int) {
        written += count
        guard isEmpty else { return }
        written = 0
        filled = 0
        guard memory.count > Self.kept else { return }
        memory.deallocate()
        memory = .allocate(byteCount: Self.kept, alignment: 16)
    }

    /// Appends at most `capacity` bytes; what `body` leaves unused is not part of the buffer. When it throws, nothing is.
    @inline(__always)
    mutating func append<Result, Failure: Error>(
        capacity: Int, _ body: (inout FrameWriter) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        makeRoom(for: capacity)
        var writer = FrameWriter(UnsafeMutableRawBufferPointer(rebasing: memory[filled..<filled + capacity]))
        let result = try body(&writer)
        filled += writer.count
        return result
    }

    private mutating func makeRoom(for capacity: Int) {
        guard filled + capacity > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(filled + capacity, 2 * memory.count), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<filled]))
        memory.deallocate()
        memory = larger
    }
}

/// Writes numbers and texts one after the other into memory that was made large enough for all of them.
struct FrameWriter {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    /// A short text had more than 255 bytes and was left out: what was written is good for nothing.
    private(set) var isTextTooLong = false

    /// A length octet and the text.
    static let largestShort = 256

    fileprivate init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    /// Big endian, as everything in AMQP.
    @inline(__always)
    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        take(MemoryLayout<Number>.size).storeBytes(of: number.bigEndian, as: Number.self)
    }

    /// For a size that is known only afterwards.
    @inline(__always)
    func replace<Number: FixedWidthInteger>(at offset: Int, by number: Number) {
        room(offset, MemoryLayout<Number>.size).storeBytes(of: number.bigEndian, as: Number.self)
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        take(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }

    /// A length octet and the text.
    mutating func writeShort(_ text: String) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { writeShort(UnsafeRawBufferPointer($0)) }
        if isDone == nil { Array(text.utf8).withUnsafeBytes { writeShort($0) } }
    }

    @inline(__always)
    private mutating func writeShort(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count < Self.largestShort else {
            isTextTooLong = true
            return
        }
        let place = take(1 + bytes.count)
        place.storeBytes(of: UInt8(truncatingIfNeeded: bytes.count), as: UInt8.self)
        if let source = bytes.baseAddress { (place + 1).copyMemory(from: source, byteCount: bytes.count) }
    }

    /// Lends what is free to an encoder, which says how much of it was used.
    mutating func writeRest(
        _ encoder: (UnsafeMutableRawBufferPointer) throws(AMQPError) -> Int
    ) throws(AMQPError) {
        count += try encoder(UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
    }

    /// What was written there.
    func written(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[range])
    }

    /// The next bytes, for the caller to write.
    @inline(__always)
    mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        defer { count += size }
        return room(count, size)
    }

    /// The bounds check of everything here: a wrong size computed on our side must not become a wild write.
    @inline(__always)
    private func room(_ offset: Int, _ size: Int) -> UnsafeMutableRawPointer {
        precondition(offset + size <= memory.count, "a frame larger than the room made for it")
        return memory.baseAddress.unsafelyUnwrapped + offset
    }
}
