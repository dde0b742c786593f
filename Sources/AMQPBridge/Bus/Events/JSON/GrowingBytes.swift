/// Bytes that grow at their end. Room is made first, for as many as there can be; then writing them is mere storing.
struct GrowingBytes: ~Copyable {
    private var storage: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(room: Int) { storage = .allocate(capacity: room) }

    deinit { storage.deallocate() }

    var bytes: [UInt8] { Array(storage[..<count]) }

    var last: UInt8? { count > 0 ? storage[count - 1] : nil }

    /// - Parameter range: before ``count``.
    subscript(range: Range<Int>) -> [UInt8] { Array(storage[..<count][range]) }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        append(upTo: 1) { room in
            room[0] = byte
            return 1
        }
    }

    /// - Parameter write: says how many of so many bytes it has written.
    @inline(__always)
    mutating func append(upTo most: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        if storage.count - count < most { makeRoom(most) }
        count += min(write(UnsafeMutableBufferPointer(rebasing: storage[count..<count + most])), most)
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        append(upTo: bytes.count) { room in
            room.copy(bytes, at: 0)
            return bytes.count
        }
    }

    /// - Parameter start: at most ``count``.
    mutating func replaceAll(from start: Int, with bytes: [UInt8]) {
        count = min(start, count)
        bytes.withUnsafeBufferPointer { append($0) }
    }

    private mutating func makeRoom(_ wanted: Int) {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: storage.count + max(wanted, storage.count))
        larger.copy(UnsafeBufferPointer(rebasing: storage[..<count]), at: 0)
        storage.deallocate()
        storage = larger
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// - Parameter bytes: no more than there is room for from there on.
    @inline(__always)
    func copy(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(self)[offset...])
            .copyMemory(from: UnsafeRawBufferPointer(bytes))
    }
}
