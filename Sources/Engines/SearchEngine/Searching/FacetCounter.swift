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

  private func forEachTextColumn(_ ordinal: Int, _ body: (Segment, TextColumn, DocumentSet) -> Void) {
    for (view, set) in zip(snapshot.views, domain) {
      if case .texts(let column) = view.segment.columns[ordinal] { body(view.segment, column, set) }
    }
  }

  private func texts(_ facet: FacetRequest, ordinal: Int, prefix: [UInt8]) -> FacetResult {
    var total = TextCounts(column: ordinal)
    forEachTextColumn(ordinal) { segment, column, set in
      let range = prefix.isEmpty ? 0..<column.dictionary.count : column.dictionary.indexes(startingWith: prefix)
      total.add(set, of: column, in: segment, range: range)
    }
    return total.result(facet, prefix: prefix.count)
  }

  /// How many documents have each attribute of a family.
  private func names(_ facet: FacetRequest, family: Int) -> FacetResult {
    var total = TextCounts(column: family)
    forEachTextColumn(family) { segment, column, set in total.addNames(set, of: column, in: segment) }
    return total.result(facet, prefix: 0)
  }

  private func booleans(_ facet: FacetRequest, ordinal: Int) -> FacetResult {
    var counts: [[UInt8]: Int] = [:]
    let missing = forEachNumber(ordinal) { counts[Array(($0 != 0 ? "true" : "false").utf8), default: 0] += 1 }
    return result(facet, counts: counts, missing: missing)
  }

  private func result(_ facet: FacetRequest, counts: [[UInt8]: Int], missing: Int) -> FacetResult {
    let sorted = counts.sorted { left, right in
      left.value != right.value && facet.order == .count
        ? left.value > right.value : left.key.lexicographicallyPrecedes(right.key)
    }
    var result = FacetResult(field: facet.field, kind: .terms)
    result.values = sorted.prefix(facet.size).map {
      FacetResult.Value(value: String(decoding: $0.key, as: UTF8.self), count: $0.value)
    }
    result.other = sorted.dropFirst(facet.size).reduce(0) { $0 + $1.value }
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

  /// Ranges of equal, round width up to where nine in ten of the values lie; the last one holds what lies beyond.
  private func ranges(_ facet: FacetRequest, ordinal: Int) -> FacetResult {
    var result = FacetResult(field: facet.field, kind: .range)
    var least = Double.infinity
    var greatest = -Double.infinity
    var sample = EvenSample()
    result.missing = forEachNumber(ordinal) {
      least = min(least, $0)
      greatest = max(greatest, $0)
      sample.add($0)
    }
    guard least <= greatest else { return result }
    result.minimum = least
    result.maximum = greatest
    guard (greatest - least).isFinite else {
      // No step divides such a span.
      let count = domain.reduce(0) { $0 + $1.count } - result.missing
      result.values = [FacetResult.Value(value: "", count: count, from: least, to: greatest)]
      return result
    }
    // A few very large values must not push all the others into one range.
    let usual = max(least, sample.value(atShare: 0.9))
    let width = max(usual - least, (greatest - least) / 1e6) / Double(Self.mostRanges - 1)
    let bounds = RangeBounds(least: least, step: Self.roundStep(width))
    let last = min(Self.mostRanges - 1, bounds.index(of: greatest, atMost: Self.mostRanges - 1))
    var counts = Array(repeating: 0, count: last + 1)
    _ = forEachNumber(ordinal) { counts[bounds.index(of: $0, atMost: last)] += 1 }
    result.values = counts.enumerated().filter { $0.element > 0 }.map { index, count in
      FacetResult.Value(
        value: "", count: count, from: bounds.lower(index),
        to: index == last ? bounds.above(greatest) : bounds.lower(index + 1))
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

/// The bounds of ranges of equal width: each is a multiple of the step, as near to the decimal that is meant as a double
/// can be.
private struct RangeBounds {
  private let step: Double
  /// Which multiple of the step the first range starts at.
  private var first: Double
  /// How many steps make one, where the step is a fraction: dividing by it is exact where multiplying by the step is not.
  private let stepsPerOne: Double

  init(least: Double, step: Double) {
    self.step = step
    stepsPerOne = step < 1 && (1 / step).isFinite ? (1 / step).rounded() : 1
    first = (least / step).rounded(.down)
    // Division rounds, and the first range must hold the least value.
    if lower(0) > least { first -= 1 }
  }

  private func multiple(_ number: Double) -> Double { stepsPerOne > 1 ? number / stepsPerOne : number * step }

  /// Where a range starts.
  func lower(_ index: Int) -> Double { multiple(first + Double(index)) }

  /// The range, up to `last`, that holds a value: the one whose bounds say so, whatever a division would round to.
  func index(of value: Double, atMost last: Int) -> Int {
    var index = Int(max(0, min(Double(last), value / step - first)))
    while index > 0, value < lower(index) { index -= 1 }
    while index < last, value >= lower(index + 1) { index += 1 }
    return index
  }

  /// The first bound above a value: ranges do not hold their upper bound.
  func above(_ value: Double) -> Double {
    let number = (value / step).rounded(.down)
    return [multiple(number + 1), multiple(number + 2)].first { $0 > value } ?? value.nextUp
  }
}

/// A bounded sample of a sequence: every n-th value, n doubling as the sequence grows. Equal sequences give equal samples.
private struct EvenSample {
  private var values: [Double] = []
  private var stride = 1
  private var seen = 0
  private static let most = 8192

  mutating func add(_ value: Double) {
    if seen.isMultiple(of: stride) { values.append(value) }
    seen += 1
    guard values.count >= Self.most else { return }
    values = values.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    stride *= 2
  }

  /// The value below which this share of the sample lies; 0 for an empty one.
  func value(atShare share: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}
