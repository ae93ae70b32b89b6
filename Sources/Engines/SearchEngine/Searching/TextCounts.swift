/// How many documents have each text of a column, over several segments.
struct TextCounts {
  private struct Part {
    let segment: Segment
    let column: TextColumn
    /// The ordinal that the first count is of.
    let first: Int
    var counts: [UInt32]
  }

  private let number: Int
  private var segments: [Part] = []
  private var missing = 0

  /// - Parameter number: the column's.
  init(column number: Int) { self.number = number }

  /// The counts of a segment, by ordinal from the range's first on, and the documents without any.
  struct Counted {
    var counts: [UInt32]
    var missing: Int
  }

  /// Counts a set's documents by the texts of a range of ordinals.
  static func count(_ column: TextColumn, _ set: DocumentSet, range: Range<Int>) -> Counted {
    var result = Counted(counts: Array(repeating: 0, count: range.count), missing: 0)
    if column.listCount <= max(1024, set.capacity / 8) {
      // Documents share their lists: those are counted first.
      var lists = Array(repeating: UInt32(0), count: column.listCount)
      column.countLists(of: set, into: &lists)
      for (list, count) in lists.enumerated() where count > 0 {
        var isAny = false
        column.forEachOrdinal(ofList: list) { ordinal in
          guard range.contains(ordinal) else { return }
          result.counts[ordinal - range.lowerBound] &+= count
          isAny = true
        }
        if !isAny { result.missing += Int(count) }
      }
    } else {
      set.forEach { document in
        let list = column.list(of: document)
        guard column.list(list, meets: range) else {
          result.missing += 1
          return
        }
        column.forEachOrdinal(ofList: list) { ordinal in
          if range.contains(ordinal) { result.counts[ordinal - range.lowerBound] &+= 1 }
        }
      }
    }
    return result
  }

  mutating func add(_ counts: Counted, of column: TextColumn, in segment: Segment, range: Range<Int>) {
    segments.append(Part(segment: segment, column: column, first: range.lowerBound, counts: counts.counts))
    missing += counts.missing
  }

  /// The most frequent texts, without their first bytes.
  func result(_ facet: FacetRequest, prefix: Int) -> FacetResult {
    var result = FacetResult(field: facet.field, kind: .terms)
    result.missing = missing
    guard var base = segments.max(by: { $0.column.dictionary.count < $1.column.dictionary.count }) else {
      return result
    }
    var total = 0
    // Texts that the segment with the most of them does not have.
    var others: [[UInt8]: Int] = [:]
    for part in segments where part.segment !== base.segment {
      let ordinals = part.segment.ordinalMaps.ordinals(ofColumn: number, part.column, in: base.segment)
      for (index, count) in part.counts.enumerated() where count > 0 {
        let ordinal = Int(ordinals[part.first + index])
        if ordinal >= 0 {
          base.counts[ordinal - base.first] &+= count
        } else {
          others[part.column.dictionary.bytes(part.first + index), default: 0] += Int(count)
          total += Int(count)
        }
      }
    }
    // The texts are in order: of equal counts the lesser ordinal comes first, and only the best are made texts.
    var best = MostFrequent(size: facet.size)
    for (ordinal, count) in base.counts.enumerated() where count > 0 {
      best.offer(count, ordinal)
      total += Int(count)
    }
    var found = best.sorted.map { (text: base.column.dictionary.bytes(base.first + $0.ordinal), count: Int($0.count)) }
    if !others.isEmpty {
      found += others.map { (text: $0.key, count: $0.value) }
      found.sort { $0.count != $1.count ? $0.count > $1.count : $0.text.lexicographicallyPrecedes($1.text) }
      found.removeLast(max(0, found.count - facet.size))
    }
    result.values = found.map {
      FacetResult.Value(value: String(decoding: $0.text.dropFirst(prefix), as: UTF8.self), count: $0.count)
    }
    result.other = total - found.reduce(0) { $0 + $1.count }
    return result
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
