internal import ByteCoding

/// In which text fields a term stands in a document, and how often: few patterns account for most postings, so a posting
/// holds the number of its pattern.
struct OccurrencePatterns {
  /// The most often that a term counts in a field.
  static let mostOccurrences: UInt32 = (1 << 24) - 1

  private let section: Section
  /// For each pattern the sum of its frequencies: how many positions its postings have.
  private let totals: [UInt32]

  var count: Int { totals.count }

  /// Number of patterns (4), where each pattern's entries start (4 each, and the end), then the entries (4 each): the number
  /// of the text field in the lowest eight bits, the frequency above.
  init(section: Section, textFields: Int) throws(IndexError.Damage) {
    guard section.count >= 8 else { throw .init("it ends early") }
    let count = section.uint32(0)
    guard section.count >= (count + 2) * 4 else { throw .init("it ends early") }
    let entryCount = section.uint32(1 + count)
    guard section.count == (count + 2 + entryCount) * 4, section.uint32(1) == 0,
      (0..<count).allSatisfy({ section.uint32(1 + $0) < section.uint32(2 + $0) })
    else { throw .init("its patterns do not add up") }
    let entries = (0..<entryCount).map { UInt32(section.uint32(count + 2 + $0)) }
    guard entries.allSatisfy({ Int($0 & 0xff) < textFields && $0 >> 8 > 0 }) else {
      throw .init("a pattern has a field that is not there")
    }
    self.section = section
    totals = (0..<count).map { pattern in
      entries[section.uint32(1 + pattern)..<section.uint32(2 + pattern)].reduce(0) { $0 &+ $1 >> 8 }
    }
  }

  @inline(__always)
  func range(_ pattern: Int) -> Range<Int> {
    precondition(pattern < count, "a segment's table points outside of it")
    return section.uint32(1 + pattern)..<section.uint32(2 + pattern)
  }

  @inline(__always)
  private func entry(_ entry: Int) -> UInt32 { UInt32(section.uint32(count + 2 + entry)) }

  @inline(__always)
  func field(_ entry: Int) -> Int { Int(self.entry(entry) & 0xff) }

  @inline(__always)
  func frequency(_ entry: Int) -> Int { Int(self.entry(entry) >> 8) }

  @inline(__always)
  func total(_ pattern: Int) -> Int { Int(totals[pattern]) }

  /// A pattern's entries.
  func entries(of pattern: Int) -> [UInt32] { range(pattern).map(entry) }

  /// Whether each pattern has a field.
  func having(_ field: Int) -> [Bool] {
    (0..<count).map { pattern in range(pattern).contains { self.field($0) == field } }
  }

  /// Where each pattern's entries start, for kernels: 4 bytes each.
  // Safety: `init` has checked that there are `count` + 1 of them; they live as long as the segment's bytes.
  @unsafe var startTable: UnsafeRawPointer { unsafe section.bytes.pointer(at: section.start + 4) }

  /// The entries, for kernels: 4 bytes each.
  // Safety: `init` has checked that there are as many as the last start says.
  @unsafe var entryTable: UnsafeRawPointer { unsafe section.bytes.pointer(at: section.start + 8 + count * 4) }

  /// Numbers patterns as they come, for a segment that is being made.
  struct Numbering {
    private var numbers: [[UInt32]: UInt32] = [:]
    /// Those of two fields, by both entries.
    private var pairs: [UInt64: UInt32] = [:]
    private(set) var patterns: [[UInt32]] = []
    private(set) var uses: [Int] = []
    /// The numbers of the commonest patterns, those of one field: by field and frequency, below 8.
    private var single: [UInt32] = Array(repeating: .max, count: 32 * 8)

    /// The number of the pattern of one field; one posting more is of it.
    @inline(__always)
    mutating func number(field: UInt32, frequency: UInt32) -> UInt32 {
      guard frequency < 8, field < 32 else { return number(of: [frequency << 8 | field], uses: 1) }
      let slot = Int(field &* 8 &+ frequency)
      if single[slot] == .max { single[slot] = make([frequency << 8 | field]) }
      let number = single[slot]
      uses[Int(number)] &+= 1
      return number
    }

    /// The number of a pattern, given by its entries, by field; so many postings more are of it.
    mutating func number(of entries: [UInt32], uses count: Int) -> UInt32 {
      let number: UInt32
      if entries.count == 1, entries[0] >> 8 < 8 {
        let slot = Int(entries[0] & 0xff) * 8 + Int(entries[0] >> 8)
        if single[slot] == .max { single[slot] = make(entries) }
        number = single[slot]
      } else if entries.count == 2 {
        let key = UInt64(entries[0]) << 32 | UInt64(entries[1])
        number = pairs[key] ?? make(entries)
        pairs[key] = number
      } else {
        number = numbers[entries] ?? make(entries)
        numbers[entries] = number
      }
      uses[Int(number)] += count
      return number
    }

    private mutating func make(_ entries: [UInt32]) -> UInt32 {
      patterns.append(entries)
      uses.append(0)
      return UInt32(patterns.count - 1)
    }

    /// The section of the patterns, the most used ones first so that their numbers are short, and for each number its
    /// place there.
    func finish() -> (section: [UInt8], places: [UInt32]) {
      let order = patterns.indices.sorted {
        uses[$0] != uses[$1] ? uses[$0] > uses[$1] : patterns[$0].lexicographicallyPrecedes(patterns[$1])
      }
      var places = Array(repeating: UInt32(0), count: patterns.count)
      for (place, number) in order.enumerated() { places[number] = UInt32(place) }
      var writer = ByteWriter()
      writer.write(UInt32(patterns.count))
      var start: UInt32 = 0
      for number in order {
        writer.write(start)
        start += UInt32(patterns[number].count)
      }
      writer.write(start)
      for number in order { for entry in patterns[number] { writer.write(entry) } }
      return (writer.bytes, places)
    }
  }
}
