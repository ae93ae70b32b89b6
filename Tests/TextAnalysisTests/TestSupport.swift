import Testing

@testable import TextAnalysis

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }

  /// Text of ASCII alone: words, digits, possessives and what parts them.
  mutating func ascii() -> String {
    let pieces = [
      "running", "Mice", "KNIVES", "women", "children", "DOG", "dog's", "dog'S", "'s", "'", "s", "dv7", "1211ea", "-",
      " ", " ", ".", "x", "9", "\n",
      "\0", "generously", "_", "\u{7f}", "happy's's", "skies", String(repeating: "ab", count: 40), "@", "[", "`", "{",
    ]
    return (0..<Int.random(in: 0...12, using: &self)).map { _ in pick(pieces) }.joined()
  }

  /// Text of all scripts, mixed.
  mutating func mixed() -> String {
    let pieces = [
      "running", "Café", "dog's", "الإلكترونيات", "فأرة", "لاسلكيّة", "ـ", "\u{64b}", "\u{200c}", "ภาษาไทย", "日本語", "東京",
      "カメラ",
      "ﷺ", "ß", "ŉ", "İ", "ﬁ", "Ⅷ", "½", "²", "۱۲۳", "٣", "123", "👩‍👧", "🫖", "\u{301}", "e\u{301}", " ", " ", "-", "'",
      "’s",
      "'s", "हिन्दी", "한국어", "\u{1d7d8}", "\u{fffd}", "ͺ", "x", "\u{feff}", "ʼ", "𐐀", "ᾳ", "Ǆ", "한",
    ]
    return (0..<Int.random(in: 0...10, using: &self)).map { _ in pick(pieces) }.joined()
  }

  /// Scalars from anywhere in Unicode.
  mutating func scalars(count: ClosedRange<Int>) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x7f, 0x20...0x7e, 0x80...0x24f, 0x250...0x36f, 0x600...0x6ff, 0x900...0xe7f, 0x1000...0x17ff,
      0x1e00...0x1fff,
      0x2000...0x2fff, 0x3000...0x30ff, 0x4e00...0x4fff, 0xac00...0xacff, 0xf900...0xffff, 0x10000...0x1ffff,
      0x20000...0x10ffff,
    ]
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: count, using: &self) {
      if let scalar = Unicode.Scalar(UInt32.random(in: pick(ranges), using: &self)) { scalars.append(scalar) }
    }
    return String(scalars)
  }
}

/// The tokens of a text; their invariants are checked.
func checkedTokens(of bytes: [UInt8], _ analyzer: Analyzer, _ comment: Comment) -> TermBuffer {
  var buffer = TermBuffer()
  let end = analyzer.analyze(bytes.span, into: &buffer, position: 7)
  #expect(end == 7 + buffer.tokens.count, comment)
  var termEnd = 0
  var sourceEnd = 0
  for (index, token) in buffer.tokens.enumerated() {
    #expect(token.position == 7 + index, comment)
    #expect(token.start == termEnd && (1...64).contains(token.count), comment)
    termEnd = token.start + token.count
    #expect(token.source.lowerBound >= sourceEnd && !token.source.isEmpty, comment)
    sourceEnd = token.source.upperBound
    #expect(String(validating: buffer.term(token), as: UTF8.self) != nil, comment)
    if sourceEnd <= bytes.count {
      #expect(String(validating: bytes[token.source], as: UTF8.self) != nil, comment)
    }
  }
  #expect(termEnd == buffer.bytes.count && sourceEnd <= bytes.count, comment)
  return buffer
}
