/// Counts the values of a field among documents.
struct FacetCounter {
  let snapshot: IndexSnapshot
  /// For each segment the documents to count.
  let domain: [DocumentSet]

  /// The most ranges of a facet of numbers.
  private static let mostRanges = 8

  func count(_ facet: FacetRequest) throws(SearchError) -> FacetResult {
    switch try FieldReference(facet.field, in: snapshot.definition) {
    case .keyword(let ordinal): return texts(facet, ordinal: ordinal, prefix: [])
    case .attribute(let family, let name):
      return texts(facet, ordinal: family, prefix: FilterEvaluator.prefix(name))
    case .boolean(let ordinal): return booleans(facet, ordinal: ordinal)
    case .number(let ordinal), .date(let ordinal): return ranges(facet, ordinal: ordinal)
    case .attributes(let family): return names(facet, family: family)
    case .text: throw .unsuitableField(facet.field, reason: "is made for searching and has no facet")
    }
  }

  private func forEachTextColumn(_ ordinal: Int, _ body: (TextColumn, DocumentSet) -> Void) {
    for (view, set) in zip(snapshot.views, domain) {
      if case .texts(let column) = view.segment.columns[ordinal] { body(column, set) }
    }
  }

  private func texts(_ facet: FacetRequest, ordinal: Int, prefix: [UInt8]) -> FacetResult {
    var counts: [[UInt8]: Int] = [:]
    var missing = 0
    forEachTextColumn(ordinal) { column, set in
      let range = prefix.isEmpty ? 0..<column.dictionary.count : column.dictionary.indexes(startingWith: prefix)
      var byOrdinal = Array(repeating: 0, count: range.count)
      set.forEach { document in
        var hasValue = false
        column.forEachOrdinal(of: document) { value in
          guard range.contains(value) else { return }
          byOrdinal[value - range.lowerBound] += 1
          hasValue = true
        }
        if !hasValue { missing += 1 }
      }
      for (index, count) in byOrdinal.enumerated() where count > 0 {
        let text = column.dictionary.bytes(range.lowerBound + index)
        counts[Array(text.dropFirst(prefix.count)), default: 0] += count
      }
    }
    return result(facet, counts: counts, missing: missing)
  }

  /// How many documents have each attribute of a family.
  private func names(_ facet: FacetRequest, family: Int) -> FacetResult {
    var counts: [[UInt8]: Int] = [:]
    var missing = 0
    forEachTextColumn(family) { column, set in
      set.forEach { document in
        var names: Set<[UInt8]> = []
        column.forEachOrdinal(of: document) { value in
          names.insert(Array(column.dictionary.bytes(value).prefix { $0 != 0 }))
        }
        for name in names { counts[name, default: 0] += 1 }
        if names.isEmpty { missing += 1 }
      }
    }
    return result(facet, counts: counts, missing: missing)
  }

  private func booleans(_ facet: FacetRequest, ordinal: Int) -> FacetResult {
    var counts: [[UInt8]: Int] = [:]
    let missing = forEachNumber(ordinal) { counts[Array(($0 != 0 ? "true" : "false").utf8), default: 0] += 1 }
    return result(facet, counts: counts, missing: missing)
  }

  private func result(_ facet: FacetRequest, counts: [[UInt8]: Int], missing: Int) -> FacetResult {
    let sorted = counts.sorted { left, right in
      left.value != right.value ? left.value > right.value : left.key.lexicographicallyPrecedes(right.key)
    }
    var result = FacetResult(field: facet.field, kind: .terms)
    result.values = sorted.prefix(facet.size).map {
      FacetResult.Value(value: String(decoding: $0.key, as: UTF8.self), count: $0.value)
    }
    result.other = max(0, sorted.count - facet.size)
    result.missing = missing
    return result
  }

  /// Gives the number of each document that has one; returns how many have none.
  private func forEachNumber(_ ordinal: Int, _ body: (Double) -> Void) -> Int {
    var missing = 0
    for (view, set) in zip(snapshot.views, domain) {
      var found = 0
      FilterEvaluator(view: view, definition: snapshot.definition, liveFields: snapshot.liveFields)
        .forEachNumber(of: ordinal) { document, value in
          guard set.contains(document) else { return }
          found += 1
          body(value)
        }
      missing += set.count - found
    }
    return missing
  }

  private func ranges(_ facet: FacetRequest, ordinal: Int) -> FacetResult {
    var result = FacetResult(field: facet.field, kind: .range)
    var least = Double.infinity
    var greatest = -Double.infinity
    result.missing = forEachNumber(ordinal) {
      least = min(least, $0)
      greatest = max(greatest, $0)
    }
    guard least <= greatest else { return result }
    result.minimum = least
    result.maximum = greatest
    let step = Self.roundStep((greatest - least) / Double(Self.mostRanges))
    let start = (least / step).rounded(.down) * step
    let last = max(0, min(Self.mostRanges, Int((greatest - start) / step)))
    var counts = Array(repeating: 0, count: last + 1)
    _ = forEachNumber(ordinal) { counts[max(0, min(last, Int(($0 - start) / step)))] += 1 }
    result.values = counts.enumerated().filter { $0.element > 0 }.map { index, count in
      FacetResult.Value(
        value: "", count: count, from: start + Double(index) * step, to: start + Double(index + 1) * step)
    }
    return result
  }

  /// The least of 1, 2 and 5 times a power of ten that is at least `width`.
  private static func roundStep(_ width: Double) -> Double {
    guard width > 0 else { return 1 }
    var step = 1.0
    while step < width { step *= 10 }
    while step / 10 >= width { step /= 10 }
    return step / 5 >= width ? step / 5 : step / 2 >= width ? step / 2 : step
  }
}
