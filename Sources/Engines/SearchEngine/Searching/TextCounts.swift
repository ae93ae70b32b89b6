/// How many documents have each text of a column, or each name of its attributes, over several segments.
struct TextCounts {
  private struct Part {
    let segment: Segment
    let column: TextColumn
    /// Where names are counted, not texts.
    let names: AttributeNames?
    /// The ordinal that the first count is of.
    let first: Int
    var counts: [UInt32]

    var range: Range<Int> { first..<first + counts.count }

    func text(_ index: Int) -> [UInt8] {
      names.map { $0.text(index, of: column) } ?? column.dictionary.bytes(first + index)
    }
  }

  private let number: Int
  private var parts: [Part] = []
  private var missing = 0

  /// - Parameter number: the column's.
  init(column number: Int) { self.number = number }

  /// Counts the documents of a set by the texts of a range.
  mutating func add(_ set: DocumentSet, of column: TextColumn, in segment: Segment, range: Range<Int>) {
    let counted = ColumnCounter(segment: segment, column: column, number: number, range: range).counts(of: set)
    parts.append(Part(segment: segment, column: column, names: nil, first: range.lowerBound, counts: counted.counts))
    missing += counted.missing
  }

  /// Counts the documents of a set by the names of their attributes.
  mutating func addNames(_ set: DocumentSet, of column: TextColumn, in segment: Segment) {
    let names = segment.lookups.attributeNames(ofColumn: number, column, of: segment)
    let counted = names.counts(of: set, in: column)
    parts.append(Part(segment: segment, column: column, names: names, first: 0, counts: counted.counts))
    missing += counted.missing
  }

  /// For each count of a part the ordinal of its text in another part.
  private func ordinals(of part: Part, in base: Part) -> [Int32] {
    let maps = part.segment.lookups.ordinalMaps
    if let names = part.names { return maps.ordinals(ofColumn: number, part.column, names, in: base.segment) }
    if part.counts.count == part.column.dictionary.count {
      return maps.ordinals(ofColumn: number, part.column, in: base.segment)
    }
    return OrdinalMaps.ordinals(part.column.dictionary, part.range, in: base.column.dictionary, base.range)
  }

  /// The most frequent texts, without their first bytes.
  func result(_ facet: FacetRequest, prefix: Int) -> FacetResult {
    var result = FacetResult(field: facet.field, kind: .terms)
    result.missing = missing
    guard var base = parts.max(by: { $0.counts.count < $1.counts.count }) else { return result }
    var total = 0
    // Texts that the segment with the most of them does not have.
    var others: [[UInt8]: Int] = [:]
    for part in parts where part.segment !== base.segment {
      let ordinals = ordinals(of: part, in: base)
      for (index, count) in part.counts.enumerated() where count > 0 {
        let ordinal = Int(ordinals[index])
        if ordinal >= 0 {
          base.counts[ordinal - base.first] &+= count
        } else {
          others[part.text(index), default: 0] += Int(count)
          total += Int(count)
        }
      }
    }
    for count in base.counts { total += Int(count) }
    let found =
      switch facet.order {
      case .count: Self.commonest(base, others, size: facet.size)
      case .value: Self.least(base, others, size: facet.size, after: prefix)
      }
    result.values = found.map {
      FacetResult.Value(value: String(decoding: $0.text.dropFirst(prefix), as: UTF8.self), count: $0.count)
    }
    result.other = total - found.reduce(0) { $0 + $1.count }
    return result
  }

  private typealias Counted = (text: [UInt8], count: Int)

  /// The texts with the greatest counts.
  private static func commonest(_ base: Part, _ others: [[UInt8]: Int], size: Int) -> [Counted] {
    // The texts are in order: of equal counts the lesser ordinal comes first, and only the best are made texts.
    var best = MostFrequent(size: size)
    for (ordinal, count) in base.counts.enumerated() where count > 0 { best.offer(count, ordinal) }
    var found: [Counted] = best.sorted.map { (base.text($0.ordinal), Int($0.count)) }
    guard !others.isEmpty else { return found }
    found += others.map { ($0.key, $0.value) }
    found.sort { $0.count != $1.count ? $0.count > $1.count : $0.text.lexicographicallyPrecedes($1.text) }
    return Array(found.prefix(size))
  }

  /// The least of the texts, by what follows their first bytes.
  private static func least(_ base: Part, _ others: [[UInt8]: Int], size: Int, after prefix: Int) -> [Counted] {
    let found =
      base.counts.enumerated().filter { $0.element > 0 }.map { Counted(base.text($0.offset), Int($0.element)) }
      + others.map { Counted($0.key, $0.value) }
    let keys = found.map { FacetValueKey($0.text.dropFirst(prefix)) }
    return keys.indices.sorted { keys[$0] < keys[$1] }.prefix(size).map { found[$0] }
  }
}

/// The place of a value among others: numbers by their size come before texts by their bytes.
struct FacetValueKey: Comparable {
  private let number: Double?
  private let text: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    number = Double(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
  }

  static func < (left: FacetValueKey, right: FacetValueKey) -> Bool {
    switch (left.number, right.number) {
    case (let first?, let second?) where first != second: first < second
    case (_?, nil): true
    case (nil, _?): false
    default: left.text.lexicographicallyPrecedes(right.text)
    }
  }
}

/// The ordinals with the greatest counts of those offered, the lesser ordinal first where counts are equal.
private struct MostFrequent {
  private let size: Int
  /// Greatest first; longer than `size` by as much again at most, so that it is sorted seldom.
  private var entries: [(count: UInt32, ordinal: Int)] = []
  private var least: UInt32 = 0

  init(size: Int) { self.size = size }

  /// Ordinals come in ascending order: one with no more than the least count is too late.
  mutating func offer(_ count: UInt32, _ ordinal: Int) {
    guard count > least, size > 0 else { return }
    entries.append((count, ordinal))
    if entries.count / 2 >= size { shorten() }
  }

  private mutating func shorten() {
    entries.sort(by: Self.precedes)
    guard entries.count >= size else { return }
    entries.removeLast(entries.count - size)
    least = entries[size - 1].count
  }

  private static func precedes(_ left: (count: UInt32, ordinal: Int), _ right: (count: UInt32, ordinal: Int)) -> Bool {
    left.count != right.count ? left.count > right.count : left.ordinal < right.ordinal
  }

  var sorted: [(count: UInt32, ordinal: Int)] { Array(entries.sorted(by: Self.precedes).prefix(size)) }
}
