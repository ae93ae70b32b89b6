internal import COpenSSL

/// The files that TLS is served with, in PEM.
public struct TLSFiles: Sendable, Equatable {
  /// Whether clients show who they are by a certificate.
  public enum ClientCertificates: String, Sendable, CaseIterable {
    /// They are not asked.
    case none
    /// They may; who has none authenticates otherwise.
    case optional
    /// They must.
    case required
  }

  /// The server's certificate, and those that sign it up to an authority.
  public var certificateChain: String
  /// The private key of the certificate, without a passphrase.
  public var privateKey: String
  /// The authorities that sign clients' certificates.
  public var clientAuthorities: String?
  /// Whether clients are asked for certificates.
  public var clientCertificates: ClientCertificates

  /// Files; clients are not asked for certificates.
  public init(certificateChain: String, privateKey: String) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    clientAuthorities = nil
    clientCertificates = .none
  }
}

// Safety: a context is not changed once it is made; OpenSSL counts references to it with atomics, and lets threads make
// sessions of one context at the same time (the manual's page openssl-threads).
/// What connections are encrypted with: certificates, key and settings, read once.
@safe final class TLSContext: @unchecked Sendable {
  private let context: OpaquePointer

  /// Reads the files.
  init(_ files: TLSFiles) throws(TLSError) {
    ERR_clear_error()
    // Safety: the pointer is owned by this object, which frees it when it ends.
    guard let context = unsafe xopix_tls_server_context() else { throw .latest("OpenSSL can't serve TLS") }
    unsafe self.context = context
    guard unsafe SSL_CTX_use_certificate_chain_file(context, files.certificateChain) == 1 else {
      throw .latest("the certificate \(files.certificateChain) can't be used")
    }
    guard unsafe SSL_CTX_use_PrivateKey_file(context, files.privateKey, SSL_FILETYPE_PEM) == 1 else {
      throw .latest("the key \(files.privateKey) can't be used with the certificate \(files.certificateChain)")
    }
    guard files.clientCertificates != .none else { return }
    guard let authorities = files.clientAuthorities else {
      throw TLSError("clients' certificates need a file of authorities")
    }
    let isRequired: Int32 = files.clientCertificates == .required ? 1 : 0
    guard unsafe xopix_tls_ask_for_certificate(context, authorities, isRequired) == 1 else {
      throw .latest("the authorities \(authorities) can't be used")
    }
  }

  deinit { unsafe SSL_CTX_free(context) }

  /// The server's side of a new connection.
  func makeSession() throws(TLSError) -> TLSSession {
    ERR_clear_error()
    guard let session = unsafe xopix_tls_accept(context) else { throw .latest("OpenSSL can't serve a connection") }
    return unsafe TLSSession(owning: session)
  }
}
