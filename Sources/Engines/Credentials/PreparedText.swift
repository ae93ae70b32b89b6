internal import CICU

/// Names and passwords as SASLprep (RFC 4013) prepares them, so that what looks the same is the same.
public enum PreparedText {
  /// Bytes of UTF-8 that a name or password may have.
  public static let longest = 1024

  /// The prepared form of `text`; nil where it is empty, too long, or has what is prohibited: control characters,
  /// private and unassigned code points, and text of both directions mixed.
  public static func prepare(_ text: String) -> String? {
    guard !text.isEmpty, text.utf8.count <= longest else { return nil }
    // ASCII that can be printed is its own prepared form.
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return text }
    let source = Array(text.utf16)
    // A code point becomes at most 18.
    var result = [UInt16](repeating: 0, count: source.count * 18)
    var status = U_ZERO_ERROR
    // Safety: both arrays live through the call and have the counts that are given; ICU keeps to them.
    let count = unsafe xopix_icu_saslprep(source, Int32(source.count), &result, Int32(result.count), &status)
    guard status.rawValue <= U_ZERO_ERROR.rawValue, count > 0, Int(count) <= result.count else { return nil }
    return String(decoding: result[..<Int(count)], as: UTF16.self)
  }

  /// Whether `text` is its own prepared form, byte for byte: clients that prepare it and those that do not then send
  /// the same.
  public static func isPrepared(_ text: String) -> Bool {
    prepare(text).map { Array($0.utf8) == Array(text.utf8) } ?? false
  }
}
