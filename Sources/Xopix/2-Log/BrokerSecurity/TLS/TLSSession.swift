internal import COpenSSL
internal import NIOCore

/// One connection's encryption: bytes of the network go in and come out, and so do those of the connection.
///
/// It holds no lock, and is used by one thread at a time.
@safe final class TLSSession {
  /// What there is to do next.
  enum Progress {
    case done
    /// Only bytes from the other side help.
    case needsMore
    /// The other side has said that it sends no more.
    case closed
    case failed(TLSError)
  }

  private let session: OpaquePointer

  /// Bytes that a record of TLS can hold.
  private static let recordByteCount = 16_384

  // Safety: `session` is owned by this object from here on, which alone uses it, and frees it and its two buffers when it
  // ends. Every call below gives it memory that lives through the call and has the count that is given with it.
  init(owning session: OpaquePointer) { unsafe self.session = session }

  deinit { unsafe SSL_free(session) }

  /// Takes what came from the network.
  func receive(_ bytes: ByteBuffer) throws(TLSError) {
    ERR_clear_error()
    guard bytes.readableBytes > 0 else { return }
    let taken = unsafe bytes.withUnsafeReadableBytes { source in
      unsafe BIO_write(SSL_get_rbio(session), source.baseAddress, Int32(source.count))
    }
    guard Int(taken) == bytes.readableBytes else { throw .latest("OpenSSL took no bytes") }
  }

  /// Appends what is to be sent over the network to `buffer`.
  func drain(into buffer: inout ByteBuffer) {
    let count = unsafe Int(BIO_ctrl_pending(SSL_get_wbio(session)))
    guard count > 0 else { return }
    unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
      unsafe max(0, Int(BIO_read(SSL_get_wbio(session), room.baseAddress, Int32(count))))
    }
  }

  /// Goes on with the handshake.
  func shakeHands() -> Progress {
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(session)
    return result == 1 ? .done : outcome(of: result, "the handshake failed")
  }

  /// Decrypts the next record into `buffer`: done where there was one.
  func read(into buffer: inout ByteBuffer) -> Progress {
    ERR_clear_error()
    var result: Int32 = 0
    unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.recordByteCount) { room in
      unsafe result = SSL_read(session, room.baseAddress, Int32(min(room.count, Int(Int32.max))))
      return max(0, Int(result))
    }
    return result > 0 ? .done : outcome(of: result, "a record can't be read")
  }

  /// Encrypts all of `bytes`, some but less than 2 GiB, which are sent by ``drain(into:)``.
  func write(_ bytes: ByteBuffer) throws(TLSError) {
    ERR_clear_error()
    let result = unsafe bytes.withUnsafeReadableBytes { source in
      unsafe SSL_write(session, source.baseAddress, Int32(source.count))
    }
    guard Int(result) == bytes.readableBytes else { throw .latest("a record can't be written") }
  }

  /// Says that nothing more is sent.
  func shutDown() {
    ERR_clear_error()
    _ = unsafe SSL_shutdown(session)
    ERR_clear_error()
  }

  /// The common name of the client's certificate, which an authority has signed; nil where it has none.
  var clientName: String? {
    var name = [UInt8](repeating: 0, count: 1024)
    let count = unsafe xopix_tls_client_name(session, &name, Int32(name.count))
    return count > 0 ? String(validating: name.prefix(Int(count)), as: UTF8.self) : nil
  }

  private func outcome(of result: Int32, _ what: String) -> Progress {
    switch unsafe SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ: .needsMore
    case SSL_ERROR_ZERO_RETURN: .closed
    default: .failed(.latest(what))
    }
  }
}
