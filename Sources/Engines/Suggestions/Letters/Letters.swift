/// Reads UTF-8 as letters: Unicode scalars, and for each byte that is not UTF-8 a value that no scalar has.
///
/// So any bytes can be compared letter by letter, and broken ones are like nothing else but themselves.
enum Letters {
  /// The longest word, in letters, whose neighbours can be found: an edit pattern is one machine word, with a bit to
  /// spare for the start.
  static let longest = 62

  /// Appends the letters of `bytes[range]`, at most `limit` of them.
  ///
  /// - Returns: whether that were all.
  @discardableResult
  static func append(
    _ bytes: Span<UInt8>, _ range: Range<Int>, to letters: inout [UInt32], atMost limit: Int = .max
  ) -> Bool {
    var at = range.lowerBound
    while at < range.upperBound {
      if letters.count >= limit { return false }
      letters.append(next(in: bytes, &at, end: range.upperBound))
    }
    return true
  }

  /// The letters of a whole word; at most one more than ``longest``, which tells that it is too long.
  static func of(_ bytes: Span<UInt8>) -> [UInt32] {
    var letters: [UInt32] = []
    letters.reserveCapacity(min(bytes.count, longest + 1))
    append(bytes, 0..<bytes.count, to: &letters, atMost: longest + 1)
    return letters
  }

  /// The letter at `at`, which moves behind it.
  @inline(__always)
  static func next(in bytes: Span<UInt8>, _ at: inout Int, end: Int) -> UInt32 {
    let first = bytes[at]
    at += 1
    return first < 0x80 ? UInt32(first) : nextOfMany(in: bytes, &at, end: end, first: first)
  }

  private static func nextOfMany(in bytes: Span<UInt8>, _ at: inout Int, end: Int, first: UInt8) -> UInt32 {
    let broken = 0x11_0000 | UInt32(first)
    let length: Int
    var value: UInt32
    switch first {
    case 0xC2..<0xE0: (length, value) = (1, UInt32(first & 0x1F))
    case 0xE0..<0xF0: (length, value) = (2, UInt32(first & 0x0F))
    case 0xF0..<0xF5: (length, value) = (3, UInt32(first & 0x07))
    default: return broken
    }
    guard at + length <= end else { return broken }
    for index in at..<at + length {
      guard bytes[index] & 0xC0 == 0x80 else { return broken }
      value = value << 6 | UInt32(bytes[index] & 0x3F)
    }
    guard length == 1 || value >= (length == 2 ? 0x800 : 0x1_0000), Unicode.Scalar(value) != nil else { return broken }
    at += length
    return value
  }

  /// Whether all letters are Unicode scalars.
  static func areValid(_ letters: [UInt32]) -> Bool { letters.allSatisfy { $0 < 0x11_0000 } }

  /// Whether a letter is an ASCII digit, or one of Arabic's or Persian's.
  @inline(__always)
  static func isDigit(_ letter: UInt32) -> Bool {
    letter &- 0x30 < 10 || letter &- 0x660 < 10 || letter &- 0x6F0 < 10
  }
}
