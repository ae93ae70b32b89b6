/// What a term's postings add to scores: looked up by length for the commonest patterns, those of one field, computed for
/// others.
// Safety: the memory is allocated in `init` and freed in `deinit`; a table is filled before it is read. The lengths are
// read as `PostingScorer` does, after the same checks.
@safe final class ContributionTable {
  private let weight: Double
  private let scorer: PostingScorer
  private let patterns: OccurrencePatterns
  private let lengths: UnsafeRawPointer
  private let documentCount: Int
  private let fieldCount: Int
  /// For each of the first patterns its field where it has a table, −1 where it has none yet, −2 where it has none.
  private let fields: UnsafeMutablePointer<Int>
  private let tables: UnsafeMutablePointer<Double>

  /// Patterns that may have tables: the numbers of patterns are by their frequency.
  private static let mostTables = 16

  init(weight: Double, scorer: PostingScorer, segment: Segment) {
    self.weight = weight
    self.scorer = scorer
    patterns = segment.patterns
    unsafe lengths = segment.lengthCodes
    documentCount = segment.documentCount
    fieldCount = segment.textFieldCount
    unsafe fields = UnsafeMutablePointer<Int>.allocate(capacity: Self.mostTables)
    for pattern in 0..<Self.mostTables {
      let isSingle = pattern < segment.patterns.count && segment.patterns.range(pattern).count == 1
      unsafe (fields + pattern).initialize(to: isSingle ? -1 : -2)
    }
    unsafe tables = UnsafeMutablePointer<Double>.allocate(capacity: Self.mostTables * 256)
  }

  deinit {
    unsafe fields.deallocate()
    unsafe tables.deallocate()
  }

  /// What a posting adds: the same number, to the last bit, whichever way it is had.
  @inline(__always)
  func contribution(document: Int, pattern: Int) -> Double {
    if pattern >= 0, pattern < Self.mostTables {
      var field = unsafe fields[pattern]
      if field == -1 { field = fill(pattern) }
      if field >= 0 {
        precondition(document < documentCount, "a segment's table points outside of it")
        let length = unsafe Int(lengths.load(fromByteOffset: document &* fieldCount &+ field, as: UInt8.self))
        return unsafe tables[pattern &<< 8 | length]
      }
    }
    return weight * Saturation.of(scorer.frequency(document: document, pattern: pattern))
  }

  private func fill(_ pattern: Int) -> Int {
    let entry = patterns.range(pattern).lowerBound
    let field = patterns.field(entry)
    let frequency = Double(patterns.frequency(entry))
    for code in 0..<256 {
      let weighted = 0.0 + frequency * scorer.norm(field: field, code: UInt8(code))
      unsafe (tables + (pattern << 8 | code)).initialize(to: weight * Saturation.of(weighted))
    }
    unsafe fields[pattern] = field
    return field
  }
}
