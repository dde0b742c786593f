/// Cuts a stream of bytes into lines, so that a long answer is never in memory as a whole.
struct LineCutter {
    /// In bytes. The longest line of a service's books, an order of a hundred products, stays far below.
    static let maxLine = 256 << 10

    struct LineTooLong: Error {}

    private var begun: [UInt8] = []

    /// - Parameter each: gets every line that ends in these bytes, without its end; empty ones are left out.
    mutating func add(_ bytes: some Sequence<UInt8>, _ each: ([UInt8]) throws -> Void) throws {
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard begun.count < Self.maxLine else { throw LineTooLong() }
                begun.append(byte)
                continue
            }
            if !begun.isEmpty { try each(begun) }
            begun.removeAll(keepingCapacity: true)
        }
    }

    /// What came after the last line's end; a whole answer leaves nothing.
    var rest: Int { begun.count }
}
