internal import BrokerSecurity

extension Configuration {
  /// The files that TLS is served with; nil where it is not.
  var tls: TLSFiles? {
    guard let tlsCertificate, let tlsKey else { return nil }
    var files = TLSFiles(certificateChain: tlsCertificate, privateKey: tlsKey)
    files.clientAuthorities = tlsClientAuthorities
    files.clientCertificates = tlsClientCertificates
    return files
  }

  /// Checks what can be wrong only about several settings together.
  public func validate() throws(ConfigurationError) {
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ConfigurationError(origin: "tls_certificate and tls_key", reason: "must be given together")
    }
    guard tlsClientCertificates == .none || (tls != nil && tlsClientAuthorities != nil) else {
      throw ConfigurationError(
        origin: "tls_client_certificates",
        reason: "is \(tlsClientCertificates.rawValue), which needs tls_certificate, tls_key and tls_client_ca")
    }
    for (name, address) in [("http", Optional(http)), ("registry", registry)] {
      guard let address, !address.isLoopback else { continue }
      throw ConfigurationError(
        origin: name,
        reason: "is \(address): only a loopback address (127.0.0.1, ::1 or localhost) is served without access "
          + "control; put a proxy that authenticates in front")
    }
    if let kafka, !kafka.isLoopback, auth == nil {
      throw ConfigurationError(
        origin: "kafka",
        reason: "is \(kafka): without auth only a loopback address (127.0.0.1, ::1 or localhost) is served; define "
          + "users and roles (docs/security.md)")
    }
  }
}
