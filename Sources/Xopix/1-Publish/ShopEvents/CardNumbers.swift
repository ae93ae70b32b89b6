/// Finds payment card numbers, which must never be stored: 13 to 19 digits, perhaps in groups parted by single spaces
/// or hyphens, that pass the Luhn check (ISO/IEC 7812-1, annex B) and start as a card scheme's numbers do.
///
/// The scheme's prefix and length are asked for since one in ten numbers of any kind passes the Luhn check: order
/// numbers, bar codes and times in milliseconds must not be taken for cards.
enum CardNumbers {
  /// The ranges, in `text`, of the card numbers, from the first digit to the last.
  static func ranges(in text: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var index = 0
    while index < text.count {
      guard isDigit(text[index]) else {
        index += 1
        continue
      }
      let end = endOfRun(in: text, from: index)
      if let number = cardNumber(in: text, from: index, to: end) { ranges.append(number) }
      index = end
    }
    return ranges
  }

  /// `text` with all but the last four digits of each card number replaced by `*`.
  static func masked(_ text: [UInt8]) -> [UInt8] {
    var masked = text
    for range in ranges(in: text) {
      var digitsLeft = range.count { isDigit(text[$0]) }
      for index in range where isDigit(text[index]) {
        if digitsLeft > 4 { masked[index] = UInt8(ascii: "*") }
        digitsLeft -= 1
      }
    }
    return masked
  }

  /// The end of the digits from `start` on, single separators between digits included.
  private static func endOfRun(in text: [UInt8], from start: Int) -> Int {
    var end = start
    while end < text.count {
      if isDigit(text[end]) {
        end += 1
      } else if isSeparator(text[end]), end + 1 < text.count, isDigit(text[end + 1]) {
        end += 1
      } else {
        break
      }
    }
    return end
  }

  /// A run of digits is a card number as a whole or, where it has separators, without its first or last groups: "order
  /// 12 4111 1111 1111 1111".
  private static func cardNumber(in text: [UInt8], from start: Int, to end: Int) -> Range<Int>? {
    guard end - start >= 13 else { return nil }
    // Groups start at the beginning and after each separator; few enough that trying each pair is cheap.
    var starts = [start]
    var ends: [Int] = []
    for index in start..<end where isSeparator(text[index]) {
      starts.append(index + 1)
      ends.append(index)
    }
    ends.append(end)
    for (first, begin) in starts.enumerated() {
      var digits: [UInt8] = []
      var index = begin
      for last in first..<min(ends.count, first + 8) {
        while index < ends[last] {
          if isDigit(text[index]) { digits.append(text[index] - UInt8(ascii: "0")) }
          index += 1
        }
        if digits.count > 19 { break }
        // A number glued to letters, as in a file name, or the fraction of another number is no card number.
        let isBounded =
          (begin == 0 || !isWordByte(text[begin - 1]) && text[begin - 1] != UInt8(ascii: "."))
          && (index == text.count || !isWordByte(text[index]))
        if digits.count >= 13, isBounded, isScheme(digits), passesLuhn(digits) { return begin..<index }
      }
    }
    return nil
  }

  private static func passesLuhn(_ digits: [UInt8]) -> Bool {
    var sum = 0
    for (index, digit) in digits.reversed().enumerated() {
      let value = index % 2 == 1 ? Int(digit) * 2 : Int(digit)
      sum += value > 9 ? value - 9 : value
    }
    return sum % 10 == 0
  }

  /// Whether a card scheme issues numbers of this prefix and length (ISO/IEC 7812 issuer identification numbers).
  private static func isScheme(_ digits: [UInt8]) -> Bool {
    let prefix = digits.prefix(6).reduce(0) { $0 * 10 + Int($1) }
    switch digits.count {
    case 13: return digits[0] == 4
    case 14: return (300_000...305_999).contains(prefix) || digits[0] == 3 && [6, 8, 9].contains(digits[1])
    case 15: return digits[0] == 3 && (digits[1] == 4 || digits[1] == 7)
    case 16...19:
      return digits[0] == 4 || (510_000...559_999).contains(prefix) || (222_100...272_099).contains(prefix)
        || (352_800...358_999).contains(prefix) || (600_000...699_999).contains(prefix) || digits[0] == 5
    default: return false
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
  }
}
