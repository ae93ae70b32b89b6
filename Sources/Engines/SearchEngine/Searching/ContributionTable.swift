/// What a term's postings add to scores.
///
/// What postings of the commonest patterns add, those of one field, is looked up by length; that of others is computed. A
/// small value, so that a loop over postings has all that it needs at hand; copies share their tables.
// Safety: the pointers are to the memory of `tables`, and to the segment's lengths, which `tables` holds too; a table is
// filled before it is read. The lengths are read as `PostingScorer` does, after the same checks.
@safe struct ContributionTable {
  private let lengths: UnsafeRawPointer
  private let documentCount: Int
  private let fieldCount: Int
  private let fields: UnsafeMutablePointer<Int>
  private let values: UnsafeMutablePointer<Double>
  private let tables: Tables
  /// How repetition counts.
  let saturation: Saturation

  /// Patterns that may have tables: the numbers of patterns are by their frequency.
  private static let mostTables = 16

  init(weight: Double, scorer: PostingScorer, segment: Segment) {
    tables = Tables(weight: weight, scorer: scorer, segment: segment)
    saturation = scorer.saturation
    unsafe lengths = segment.lengthCodes
    documentCount = segment.documentCount
    fieldCount = segment.textFieldCount
    unsafe fields = tables.fields
    unsafe values = tables.values
  }

  /// What a posting adds: the same number, to the last bit, whichever way it is had.
  @inline(__always)
  func contribution(document: Int, pattern: Int) -> Double {
    if pattern >= 0, pattern < Self.mostTables {
      var field = unsafe fields[pattern]
      if field == -1 { field = tables.fill(pattern) }
      if field >= 0 {
        precondition(document < documentCount, "a segment's table points outside of it")
        let length = unsafe Int(lengths.load(fromByteOffset: document &* fieldCount &+ field, as: UInt8.self))
        return unsafe values[pattern &<< 8 | length]
      }
    }
    return tables.computed(document: document, pattern: pattern)
  }

  /// What postings add, into as much room.
  // Safety: there are `count` documents, ascending, and patterns, and there is room for as many numbers.
  @unsafe @inline(never)
  func fill(
    documents: UnsafePointer<UInt32>, patterns: UnsafePointer<UInt32>, count: Int,
    into target: UnsafeMutablePointer<Double>
  ) {
    guard count > 0 else { return }
    let last = unsafe Int(documents[count &- 1])
    precondition(last < documentCount, "a segment's table points outside of it")
    let (lengths, fieldCount, fields, values) = unsafe (lengths, fieldCount, fields, values)
    var most: UInt32 = 0
    for index in 0..<count { unsafe most = max(most, patterns[index]) }
    guard most < Self.mostTables, tables.haveTables(upTo: Int(most)) else {
      for index in 0..<count {
        unsafe target[index] = contribution(document: Int(documents[index]), pattern: Int(patterns[index]))
      }
      return
    }
    if fieldCount == 1 {
      for index in 0..<count {
        let length = unsafe Int(lengths.load(fromByteOffset: Int(documents[index]), as: UInt8.self))
        unsafe target[index] = values[Int(patterns[index]) &<< 8 | length]
      }
    } else {
      for index in 0..<count {
        let pattern = unsafe Int(patterns[index])
        let place = unsafe Int(documents[index]) &* fieldCount &+ fields[pattern]
        let length = unsafe Int(lengths.load(fromByteOffset: place, as: UInt8.self))
        unsafe target[index] = values[pattern &<< 8 | length]
      }
    }
  }

  // Safety: the memory is allocated in `init` and freed in `deinit`; a pattern's table is filled before `fields` says that it
  // is there.
  @safe private final class Tables {
    private let weight: Double
    private let scorer: PostingScorer
    private let patterns: OccurrencePatterns
    /// For each of the first patterns its field where it has a table, −1 where it has none yet, −2 where it has none.
    let fields = UnsafeMutablePointer<Int>.allocate(capacity: ContributionTable.mostTables)
    let values = UnsafeMutablePointer<Double>.allocate(capacity: ContributionTable.mostTables * 256)

    /// So many of the first patterns have tables that are filled.
    private var filledCount = 0

    init(weight: Double, scorer: PostingScorer, segment: Segment) {
      self.weight = weight
      self.scorer = scorer
      patterns = segment.patterns
      for pattern in 0..<ContributionTable.mostTables {
        let isSingle = pattern < segment.patterns.count && segment.patterns.range(pattern).count == 1
        unsafe (fields + pattern).initialize(to: isSingle ? -1 : -2)
      }
    }

    /// Whether each pattern up to one has a table; they are filled.
    @inline(__always)
    func haveTables(upTo pattern: Int) -> Bool { pattern < filledCount || fill(upTo: pattern) }

    @inline(never)
    private func fill(upTo pattern: Int) -> Bool {
      while filledCount <= pattern {
        let field = unsafe fields[filledCount]
        guard field != -2 else { return false }
        if field == -1 { _ = fill(filledCount) }
        filledCount += 1
      }
      return true
    }

    deinit {
      unsafe fields.deallocate()
      unsafe values.deallocate()
    }

    @inline(never)
    func computed(document: Int, pattern: Int) -> Double {
      weight * scorer.saturation.of(scorer.frequency(document: document, pattern: pattern))
    }

    @inline(never)
    func fill(_ pattern: Int) -> Int {
      let entry = patterns.range(pattern).lowerBound
      let field = patterns.field(entry)
      let frequency = Double(patterns.frequency(entry))
      for code in 0..<256 {
        let weighted = 0.0 + frequency * scorer.norm(field: field, code: UInt8(code))
        unsafe (values + (pattern << 8 | code)).initialize(to: weight * scorer.saturation.of(weighted))
      }
      unsafe fields[pattern] = field
      return field
    }
  }
}
