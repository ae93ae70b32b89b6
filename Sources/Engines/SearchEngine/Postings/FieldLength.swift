/// The number of words of a field, in a byte: exact up to 40, then by four significant bits, rounded down.
///
/// Lengths only normalise frequencies, and a long text's exact length tells no more than its size. The steps are those of
/// Lucene's and Tantivy's norms, so that scores can be compared with theirs.
public enum FieldLength {
  /// Below this, lengths are kept as they are; above, what exceeds it is a small float.
  private static let exactValues: UInt32 = 24

  /// The code of a length. Longer fields never have smaller codes.
  static func code(_ length: UInt32) -> UInt8 {
    guard length >= exactValues else { return UInt8(length) }
    let rest = min(length, UInt32(Int32.max)) - exactValues
    guard rest >= 8 else { return UInt8(exactValues + rest) }
    let shift = UInt32(28 - rest.leadingZeroBitCount)
    return UInt8(exactValues + ((shift + 1) << 3 | (rest >> shift & 7)))
  }

  /// The length that a code stands for.
  static func length(_ code: UInt8) -> UInt32 {
    guard code >= exactValues else { return UInt32(code) }
    let float = UInt32(code) - exactValues
    let exponent = float >> 3
    return exactValues + (exponent == 0 ? float & 7 : (float & 7 | 8) << (exponent - 1))
  }

  /// The length that a number of words counts as.
  public static func rounded(_ length: Int) -> Int { Int(Self.length(code(UInt32(clamping: length)))) }
}
