import Glibc

/// A piece of JSON: where it stands, and where in the list of all pieces the next one is that is not inside of it.
struct JSONNode {
    enum Kind: UInt8 { case object, array, text, escapedText, number, yes, no, null }

    var kind: Kind
    /// Of a text: what is between the quotation marks.
    var start: Int32
    var end: Int32
    var next: Int32

    /// Places in a text of at most ``JSONLimits/maxBytes``.
    init(_ kind: Kind, from start: Int, to end: Int, next: Int) {
        self.kind = kind
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
        self.next = Int32(truncatingIfNeeded: next)
    }
}

/// A JSON text taken apart in one pass: all its pieces in their order, a field's name before its value.
///
/// It has been checked wholly (RFC 8259), but nothing in it was converted: that is done for what is asked for. A class,
/// so that decoders of its pieces are as small as a reference and a number.
final class JSONTape {
    let bytes: [UInt8]
    /// Memory of its own: to get an array took a tenth of the pass.
    private let nodes: UnsafeMutableBufferPointer<JSONNode>
    private let count: Int
    /// Something was asked that only Foundation may answer, even if whoever asked went on without.
    private(set) var isDoubtful = false

    /// - Throws: `Doubt` for everything that is not plain JSON within the limits of ``JSONLimits``.
    init(_ bytes: [UInt8]) throws(Doubt) {
        guard bytes.count <= JSONLimits.maxBytes else { throw Doubt() }
        self.bytes = bytes
        // Every piece has a byte of its own and, but for the first, another one that parts it from those before.
        nodes = .allocate(capacity: bytes.count / 2 + 1)
        count = JSONScanner.scan(bytes, into: nodes)
        guard count > 0 else { throw Doubt() }
    }

    deinit { nodes.deallocate() }

    /// The whole text.
    var root: JSONValue { JSONValue(tape: self, index: 0) }

    subscript(index: Int) -> JSONNode {
        precondition(index >= 0 && index < count, "JSON ends before")
        return nodes[index]
    }

    func doubt() -> Doubt {
        isDoubtful = true
        return Doubt()
    }

    /// Goes over an object's fields: their names, and where their values are.
    @inline(__always)
    func forEachField(of object: Int, _ body: (UnsafeBufferPointer<UInt8>, Int) throws -> Void) throws {
        let node = self[object]
        guard node.kind == .object else { throw doubt() }
        try bytes.withUnsafeBufferPointer { bytes in
            // Up to its end the scanner has put a name and a value one after the other.
            var index = object + 1
            while index < node.next {
                let name = nodes[index]
                try body(UnsafeBufferPointer(rebasing: bytes[Int(name.start)..<Int(name.end)]), index + 1)
                index = Int(nodes[index + 1].next)
            }
        }
    }

    /// Where the value of that field is; nil when there is none.
    func place(of name: String, in object: Int) throws -> Int? {
        try name.withBytes { wanted in
            var place: Int?
            try forEachField(of: object) { name, value in
                guard name.holds(wanted) else { return }
                guard place == nil else { throw doubt() }
                place = value
            }
            return place
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    @inline(__always)
    func holds(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let bytes = baseAddress, let others = other.baseAddress else { return true }
        return memcmp(bytes, others, count) == 0
    }
}

extension String {
    /// Hands out its UTF-8.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try utf8.withContiguousStorageIfAvailable(body) ?? Array(utf8).withUnsafeBufferPointer(body)
    }
}
