import Glibc

/// Writes to a connection's socket from any thread, without waiting. Who may do so when is `PublishLane`'s to say.
struct SocketWriter: Sendable {
    let descriptor: Int32

    /// Returns how many bytes the socket took: 0 when it is full, and also when it is broken, which whoever reads from it
    /// learns and explains.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        max(0, send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)))
    }
}
