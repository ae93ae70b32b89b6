/// Counts the documents of a segment by the texts of a range of a column's ordinals: all texts, or those of one attribute.
struct ColumnCounter {
  let segment: Segment
  let column: TextColumn
  /// The column's.
  let number: Int
  let range: Range<Int>

  // What the ways of counting cost, as measured: a few times more or less changes little.

  /// Of a document whose list is counted with others' that are the same.
  private static let sharedCost = 2
  /// Of a document whose own list is looked at.
  private static let ownCost = 30
  /// Of a text whose documents are gone through, and of each of these.
  private static let listCost = 40
  private static let postingCost = 3

  /// How many documents of a set have each text of the range, and how many none of them.
  func counts(of set: DocumentSet) -> FacetCounts {
    let present = set.count
    let rest = set.capacity - present
    let cost = cost(of: present)
    var walking = range.count * Self.listCost
    if walking < cost {
      walking += range.reduce(0) { $0 + column.documents(ofText: $1) } * Self.postingCost
    }
    if walking < cost / 4 { return byText(set, count: present) }
    // Where the set has most documents, the others are counted and taken from all.
    if self.cost(of: rest) + range.count * Self.sharedCost < cost, let missing {
      let whole = FacetCounts(counts: range.map { UInt32(column.documents(ofText: $0)) }, missing: missing)
      return rest == 0 ? whole : whole.subtracting(byDocument(set.inverted(), count: rest))
    }
    return walking < cost ? byText(set, count: present) : byDocument(set, count: present)
  }

  /// What counting so many documents one by one costs.
  private func cost(of count: Int) -> Int { count * (sharesLists(count) ? Self.sharedCost : Self.ownCost) }

  /// Whether documents share their lists, so that those are counted first.
  private func sharesLists(_ count: Int) -> Bool {
    column.listCount <= max(1024, segment.documentCount / 8) && column.listCount < 8 * count
  }

  /// How many documents of the segment have no text of the range, deleted ones included; nil where that is not known.
  private var missing: Int? {
    let lookups = segment.lookups
    if range.count == column.dictionary.count { return lookups.textless(ofColumn: number, column, of: segment) }
    guard !range.isEmpty else { return segment.documentCount }
    // Anything but the whole column is the values of an attribute.
    let names = lookups.attributeNames(ofColumn: number, column, of: segment)
    return names.documents(ofText: range.lowerBound).map { segment.documentCount - $0 }
  }

  /// Goes through the documents of each text.
  private func byText(_ set: DocumentSet, count: Int) -> FacetCounts {
    var counts: [UInt32] = []
    counts.reserveCapacity(range.count)
    var found = DocumentSet(capacity: set.capacity)
    for ordinal in range {
      var count: UInt32 = 0
      segment.list(ofText: ordinal, in: column).forEachDocument { document in
        guard set.contains(document) else { return }
        count += 1
        found.insert(document)
      }
      counts.append(count)
    }
    return FacetCounts(counts: counts, missing: count - found.count)
  }

  /// Goes through the texts of each document.
  private func byDocument(_ set: DocumentSet, count: Int) -> FacetCounts {
    var result = FacetCounts(counts: Array(repeating: 0, count: range.count), missing: 0)
    if sharesLists(count) {
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
}
