internal import COpenSSL

/// Why a connection is not encrypted, or certificates can't be used.
public struct TLSError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, with OpenSSL's word for it.
  public let description: String

  init(_ text: String) { description = text }

  /// What went wrong, and the reasons that this thread's last call into OpenSSL left.
  static func latest(_ what: String) -> TLSError {
    var reasons: [String] = []
    while true {
      let code = ERR_get_error()
      guard code != 0, reasons.count < 8 else { break }
      var text = [CChar](repeating: 0, count: 256)
      // Safety: the array lives through the call, has the count that is given, and the text ends in it.
      unsafe ERR_error_string_n(code, &text, text.count)
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      // error:CODE:LIBRARY:FUNCTION:REASON
      let whole = String(decoding: bytes, as: UTF8.self)
      reasons.append(whole.split(separator: ":", maxSplits: 4).last.map(String.init) ?? whole)
    }
    return TLSError(reasons.isEmpty ? what : "\(what): \(reasons.joined(separator: "; "))")
  }
}
