/// What signs in a word mean.
enum WordSyntax {
  /// A letter, or a byte of one beyond ASCII.
  static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x80 || (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// Whether a word holds a star beside a letter, or a question mark between letters or digits.
  static func isPattern(_ word: ArraySlice<UInt8>) -> Bool {
    word.indices.contains { index in
      let before = index > word.startIndex ? word[index - 1] : 0
      let after = index + 1 < word.endIndex ? word[index + 1] : 0
      switch word[index] {
      case UInt8(ascii: "*"): return isLetter(before) || isLetter(after)
      case UInt8(ascii: "?"): return (isLetter(before) || isDigit(before)) && (isLetter(after) || isDigit(after))
      default: return false
      }
    }
  }

  /// Where a word ends that `~`, `~1` or `~2` follows, and how many of its letters may be wrong; nil for other words.
  static func fuzzy(_ word: ArraySlice<UInt8>) -> (end: Int, edits: Int)? {
    guard let tilde = word.lastIndex(of: UInt8(ascii: "~")) else { return nil }
    let text = word[..<tilde]
    guard text.contains(where: isLetter), !text.contains(UInt8(ascii: "~")) else { return nil }
    let number = word[(tilde + 1)...]
    if number.isEmpty {
      // Bytes that go on with a letter are none of their own.
      return (tilde, text.count { $0 & 0xC0 != 0x80 } > 5 ? 2 : 1)
    }
    guard number.count == 1, let digit = number.first, isDigit(digit) else { return nil }
    let edits = Int(digit - UInt8(ascii: "0"))
    return edits <= QueryParser.mostEdits ? (tilde, edits) : nil
  }
}
