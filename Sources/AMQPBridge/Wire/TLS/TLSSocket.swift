import COpenSSL
import Glibc

/// A socket as OpenSSL's source and sink of bytes.
///
/// OpenSSL's own writes with `write`, which raises SIGPIPE when the peer is gone; this one never does, and never blocks.
final class TLSSocket {
    let descriptor: Descriptor
    /// The first bytes that came: they tell who is not speaking TLS.
    fileprivate(set) var greeting: [UInt8] = []
    fileprivate static let greetingSize = 4

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// - Returns: nil when there is no memory. The socket must outlive it.
    func makeBIO() -> OpaquePointer? {
        guard let method = Self.method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    fileprivate func note(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) {
        guard greeting.count < Self.greetingSize, count > 0 else { return }
        let start = UnsafeRawBufferPointer(start: bytes, count: count).prefix(Self.greetingSize - greeting.count)
        greeting += start
    }

    // Made once, never changed afterwards, and OpenSSL lets any thread read it.
    private nonisolated(unsafe) static let method: OpaquePointer? = makeMethod()

    private static func makeMethod() -> OpaquePointer? {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "amqpbridge socket") else {
            return nil
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let socket = TLSSocket.of(bio) else { return -1 }
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            let sent = send(socket.descriptor.raw, bytes, Int(count), flags)
            copenssl_clear_retry_flags(bio)
            if sent < 0, SystemError.last.isPassing { copenssl_set_retry_write(bio) }
            return Int32(sent)
        }
        BIO_meth_set_read(method) { bio, bytes, count in
            guard let socket = TLSSocket.of(bio) else { return -1 }
            let received = recv(socket.descriptor.raw, bytes, Int(count), Int32(MSG_DONTWAIT))
            copenssl_clear_retry_flags(bio)
            if received < 0, SystemError.last.isPassing { copenssl_set_retry_read(bio) }
            socket.note(bytes, received)
            // So that whoever asks for the cause of the end finds none.
            if received == 0 { errno = 0 }
            return Int32(received)
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }

    private static func of(_ bio: OpaquePointer?) -> TLSSocket? {
        BIO_get_data(bio).map { Unmanaged<TLSSocket>.fromOpaque($0).takeUnretainedValue() }
    }
}
