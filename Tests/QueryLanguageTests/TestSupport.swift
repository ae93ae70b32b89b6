import QueryLanguage

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

  /// Pieces in a row.
  mutating func text(of pieces: [String], count: ClosedRange<Int>) -> String {
    (0..<Int.random(in: count, using: &self)).map { _ in pick(pieces) }.joined()
  }

  /// Scalars from all over Unicode.
  mutating func scalars(count: ClosedRange<Int>) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x7f, 0x20...0x7e, 0x20...0x7e, 0x80...0x24f, 0x300...0x36f, 0x600...0x6ff, 0x2000...0x206f, 0x4e00...0x4eff,
      0xfe00...0xffff, 0x1f1e6...0x1f1ff, 0x1f3fb...0x1f3ff, 0x10000...0x10ffff,
    ]
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: count, using: &self) {
      if let scalar = Unicode.Scalar(UInt32.random(in: pick(ranges), using: &self)) { scalars.append(scalar) }
    }
    return String(scalars)
  }
}

/// The error that parsing a filter ends in; nil where it is one.
func failure(_ text: String) -> SyntaxError? {
  do throws(SyntaxError) {
    _ = try FilterParser.parse(text)
    return nil
  } catch {
    return error
  }
}
