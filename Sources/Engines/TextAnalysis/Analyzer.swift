/// Turns text into terms: words in a common form, so that what is meant alike is found alike.
///
/// Words are runs of letters, digits and their marks; scripts that write no spaces are cut by ICU's dictionaries. They are
/// folded (``Folding``): compatibility forms, case, Latin accents, Arabic diacritics, tatweel, alef, hamza, yeh and teh
/// marbuta, digits of any script. Then English words are stemmed (Porter2), Arabic ones lightly (``ArabicStemming``). A word
/// with digits is never stemmed. ASCII takes a fast path that gives the same terms.
public struct Analyzer: Sendable, Hashable {
  /// Whether words are reduced to their stems.
  public let stems: Bool

  /// What terms are made of a text changes with this number: an index made by another must be made anew.
  public static let version = 2

  /// The analyzer of text that is searched.
  public static let text = Analyzer(stems: true)
  /// The analyzer of words as they are shown: folded only.
  public static let words = Analyzer(stems: false)

  /// An analyzer.
  public init(stems: Bool) { self.stems = stems }

  /// Appends the terms of `text` to `buffer`; the first word has the position `position`.
  ///
  /// - Returns: the position after the last word.
  @discardableResult
  public func analyze(_ text: String, into buffer: inout TermBuffer, position: Int = 0) -> Int {
    var text = text
    return text.withUTF8 { utf8 in
      // Safety: the span is used only within this closure, as long as the bytes are there.
      analyze(unsafe Span(_unsafeElements: utf8), into: &buffer, position: position)
    }
  }

  /// Appends the terms of UTF-8 `text` to `buffer`; bytes that are not UTF-8 part words.
  @discardableResult public func analyze(_ text: Span<UInt8>, into buffer: inout TermBuffer, position: Int = 0) -> Int {
    guard ASCII.isASCII(text) else {
      return UnicodeSegmentation(stems: stems).analyze(text, into: &buffer, position: position)
    }
    guard stems else { return foldASCII(text, into: &buffer, position: position) }
    return analyzeASCII(text, into: &buffer, position: position)
  }

  /// The words of an ASCII text: they take no more room than it has.
  private func foldASCII(_ text: Span<UInt8>, into buffer: inout TermBuffer, position: Int) -> Int {
    var position = position
    var tokens: [TermBuffer.Token] = []
    swap(&tokens, &buffer.tokens)
    let before = buffer.bytes.count
    buffer.bytes.append(addingCapacity: text.count) { (output: inout OutputSpan<UInt8>) in
      var at = 0
      while at < text.count {
        var folded = ASCII.folded(text[at])
        guard folded != 0 else {
          at &+= 1
          continue
        }
        let first = at
        let start = before &+ output.count
        repeat {
          if at &- first < TermBuffer.longestTerm { output.append(folded) }
          at &+= 1
          folded = at < text.count ? ASCII.folded(text[at]) : 0
        } while folded != 0
        tokens.append(
          TermBuffer.Token(
            start: start, count: min(at - first, TermBuffer.longestTerm), position: position, source: first..<at))
        position &+= 1
        if ASCII.startsPossessive(text, at) { at &+= 2 }
      }
    }
    swap(&tokens, &buffer.tokens)
    return position
  }

  /// The terms of a text.
  public func terms(of text: String) -> [String] {
    var buffer = TermBuffer()
    analyze(text, into: &buffer)
    return buffer.tokens.map(buffer.text)
  }

  /// The same terms by way of the path for all scripts; for tests of the fast path.
  func termsByUnicodePath(of text: String) -> [String] {
    var buffer = TermBuffer()
    let utf8 = Array(text.utf8)
    UnicodeSegmentation(stems: stems).analyze(utf8.span, into: &buffer, position: 0)
    return buffer.tokens.map(buffer.text)
  }

  private func analyzeASCII(_ text: Span<UInt8>, into buffer: inout TermBuffer, position: Int) -> Int {
    var position = position
    var at = 0
    while at < text.count {
      guard ASCII.isAlphanumeric(text[at]) else {
        at += 1
        continue
      }
      let first = at
      let start = buffer.bytes.count
      var hasDigit = false
      while at < text.count, ASCII.isAlphanumeric(text[at]) {
        let byte = text[at]
        hasDigit = hasDigit || ASCII.isDigit(byte)
        buffer.bytes.append(ASCII.lowercased(byte))
        at += 1
      }
      let end = at
      if ASCII.startsPossessive(text, at) { at += 2 }
      if stems, !hasDigit { buffer.stemmer.stem(&buffer.bytes, from: start) }
      buffer.finish(from: start, position: position, source: first..<end)
      position += 1
    }
    return position
  }
}

/// Facts about ASCII bytes.
enum ASCII {
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }

  static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

  /// A letter or digit in lower case; 0 for everything else.
  @inline(__always) static func folded(_ byte: UInt8) -> UInt8 {
    let lower = byte | 0x20
    if lower &- UInt8(ascii: "a") < 26 { return lower }
    return isDigit(byte) ? byte : 0
  }

  /// Whether no byte is beyond ASCII.
  static func isASCII(_ text: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for index in text.indices { all |= text[index] }
    return all < 0x80
  }

  /// Whether `'s` stands at `at` and no letter or digit follows.
  static func startsPossessive(_ text: Span<UInt8>, _ at: Int) -> Bool {
    guard at + 1 < text.count, text[at] == UInt8(ascii: "'"), text[at + 1] | 0x20 == UInt8(ascii: "s") else {
      return false
    }
    return at + 2 == text.count || !(isAlphanumeric(text[at + 2]) || text[at + 2] >= 0x80)
  }
}
