import COpenSSL
import Glibc

/// A socket as OpenSSL's source and sink of bytes.
///
/// OpenSSL's own writes with `write`, which raises SIGPIPE when the peer is gone; this one never does, and never blocks.
enum TLSSocketBIO {
    // Made once, never changed afterwards, and OpenSSL lets any thread read it.
    private nonisolated(unsafe) static let method: OpaquePointer? = makeMethod()

    /// - Returns: nil when there is no memory. The descriptor stays the caller's and must outlive it.
    static func make(_ descriptor: Int32) -> OpaquePointer? {
        guard let method, let bio = BIO_new(method) else { return nil }
        // The number itself, in the place of a pointer; one more, because 0 would be none.
        BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1))
        BIO_set_init(bio, 1)
        return bio
    }

    private static func makeMethod() -> OpaquePointer? {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "amqpbridge socket") else {
            return nil
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            let sent = send(TLSSocketBIO.descriptor(bio), bytes, Int(count), Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            copenssl_clear_retry_flags(bio)
            if sent < 0, SystemError.last.isPassing { copenssl_set_retry_write(bio) }
            return Int32(sent)
        }
        BIO_meth_set_read(method) { bio, bytes, count in
            let received = recv(TLSSocketBIO.descriptor(bio), bytes, Int(count), Int32(MSG_DONTWAIT))
            copenssl_clear_retry_flags(bio)
            if received < 0, SystemError.last.isPassing { copenssl_set_retry_read(bio) }
            // So that whoever asks for the cause of the end finds none.
            if received == 0 { errno = 0 }
            return Int32(received)
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }

    private static func descriptor(_ bio: OpaquePointer?) -> Int32 {
        Int32(truncatingIfNeeded: Int(bitPattern: BIO_get_data(bio)) - 1)
    }
}
