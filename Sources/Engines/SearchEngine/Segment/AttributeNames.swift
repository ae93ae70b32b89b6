/// The names of a family of attributes in a segment: which texts belong to each, and how many documents have it.
///
/// Made of a column when it is first asked for, and kept by the segment's lookups: 4 bytes a text, 8 a name.
struct AttributeNames: Sendable {
  /// For each text of the column the number of its name, ascending.
  private let ofText: [UInt32]
  /// For each name its first text.
  private let firstTexts: [UInt32]
  /// For each name how many documents have it, and how many have none at all; deleted ones included.
  private(set) var whole: FacetCounts

  /// How many names there are.
  var count: Int { firstTexts.count }

  init(of column: TextColumn, documentCount: Int) {
    var ofText: [UInt32] = []
    ofText.reserveCapacity(column.dictionary.count)
    var firstTexts: [UInt32] = []
    var text: [UInt8] = []
    // The name of the text before, with the byte 0 after it.
    var name: [UInt8] = []
    for ordinal in 0..<column.dictionary.count {
      text.removeAll(keepingCapacity: true)
      column.dictionary.append(ordinal, to: &text)
      if firstTexts.isEmpty || !text.starts(with: name) {
        name = text.prefix { $0 != 0 } + [0]
        firstTexts.append(UInt32(ordinal))
      }
      ofText.append(UInt32(firstTexts.count - 1))
    }
    self.ofText = ofText
    self.firstTexts = firstTexts
    whole = FacetCounts(counts: [], missing: 0)
    whole = counts(among: DocumentSet(capacity: documentCount, full: true), of: column)
  }

  /// A name.
  func text(_ name: Int, of column: TextColumn) -> [UInt8] {
    Array(column.dictionary.bytes(Int(firstTexts[name])).prefix { $0 != 0 })
  }

  /// How many documents have the name of a text; nil where the column has no such text.
  func documents(ofText ordinal: Int) -> Int? {
    ofText.indices.contains(ordinal) ? Int(whole.counts[Int(ofText[ordinal])]) : nil
  }

  /// For each name how many documents of a set have it.
  func counts(of set: DocumentSet, in column: TextColumn) -> FacetCounts {
    // Where the set has most documents, the others are counted and taken from all.
    let present = set.count
    guard count + set.capacity - present < present else { return counts(among: set, of: column) }
    guard present < set.capacity else { return whole }
    return whole.subtracting(counts(among: set.inverted(), of: column))
  }

  private func counts(among set: DocumentSet, of column: TextColumn) -> FacetCounts {
    var counts = Array(repeating: UInt32(0), count: count)
    var missing = 0
    let names = ofText.span
    set.forEach { document in
      var last = UInt32.max
      column.forEachOrdinal(of: document) { ordinal in
        // The texts of a name follow each other.
        let name = names[ordinal]
        if name != last { counts[Int(name)] &+= 1 }
        last = name
      }
      if last == .max { missing += 1 }
    }
    return FacetCounts(counts: counts, missing: missing)
  }

  /// For each name its number among another column's; `OrdinalMaps.absent` where it is not there.
  func ordinals(_ column: TextColumn, in other: AttributeNames, _ otherColumn: TextColumn) -> [Int32] {
    (0..<count).map { name in
      let prefix = text(name, of: column) + [0]
      let ordinal = otherColumn.dictionary.lowerBound(prefix)
      guard ordinal < other.ofText.count, otherColumn.dictionary.bytes(ordinal).starts(with: prefix) else {
        return OrdinalMaps.absent
      }
      return Int32(other.ofText[ordinal])
    }
  }
}

/// How many documents have each of a segment's texts or names, and how many have none.
struct FacetCounts: Sendable {
  var counts: [UInt32]
  var missing: Int

  /// The counts of all but some documents.
  func subtracting(_ other: FacetCounts) -> FacetCounts {
    var result = self
    for index in other.counts.indices { result.counts[index] &-= other.counts[index] }
    result.missing -= other.missing
    return result
  }
}
