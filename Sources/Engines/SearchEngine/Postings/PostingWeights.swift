/// What the postings of a segment that is being made count at most: by their patterns, the lengths of the fields in their
/// documents and the segment's own statistics.
struct PostingWeights {
  private let lengths: [UInt8]
  private let fieldCount: Int
  private let norms: FieldNorms
  /// Where each pattern's entries start, and the end.
  private let starts: [Int]
  private let entries: [UInt32]
  /// For each pattern the sum of its frequencies: how many positions its postings have.
  private let totals: [UInt32]

  /// - Parameters:
  ///   - patterns: the entries of each pattern, by its number.
  ///   - lengths: the codes of the lengths, by document and text field.
  init(patterns: [[UInt32]], lengths: [UInt8], fieldCount: Int, norms: FieldNorms) {
    self.lengths = lengths
    self.fieldCount = fieldCount
    self.norms = norms
    entries = Array(patterns.joined())
    starts = patterns.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    totals = patterns.map { $0.reduce(0) { $0 + $1 >> 8 } }
  }

  /// How many positions a posting has.
  @inline(__always)
  func total(_ pattern: UInt32) -> Int { Int(totals[Int(pattern)]) }

  /// The weighted frequency of a posting.
  @inline(__always)
  func frequency(document: UInt32, pattern: UInt32) -> Double {
    let first = starts[Int(pattern)]
    let end = starts[Int(pattern) &+ 1]
    let base = Int(document) &* fieldCount
    var sum = 0.0
    for index in first..<end {
      let entry = entries[index]
      let field = Int(entry & 0xff)
      sum += Double(entry &>> 8) * norms.value(field: field, code: lengths[base &+ field])
    }
    return sum
  }

  /// Whether two postings of a pattern count the same whatever the weights and statistics are.
  @inline(__always)
  func isAlike(_ left: UInt32, _ right: UInt32, pattern: UInt32) -> Bool {
    for index in starts[Int(pattern)]..<starts[Int(pattern) &+ 1] {
      let field = Int(entries[index] & 0xff)
      if lengths[Int(left) &* fieldCount &+ field] != lengths[Int(right) &* fieldCount &+ field] { return false }
    }
    return true
  }
}
