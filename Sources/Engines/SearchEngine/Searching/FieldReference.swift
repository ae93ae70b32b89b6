/// A field as filters, facets and orders name it.
enum FieldReference: Equatable {
  case keyword(Int)
  case number(Int)
  case boolean(Int)
  case date(Int)
  case text(Int)
  /// All attributes of a family.
  case attributes(Int)
  /// One attribute of a family.
  case attribute(Int, name: String)

  /// The field called `name`, or `FAMILY.NAME` for an attribute.
  init(_ name: String, in definition: IndexDefinition) throws(SearchError) {
    if let ordinal = definition.ordinal(of: name) {
      switch definition.fields[ordinal].type {
      case .keyword: self = .keyword(ordinal)
      case .number: self = .number(ordinal)
      case .boolean: self = .boolean(ordinal)
      case .date: self = .date(ordinal)
      case .text: self = .text(ordinal)
      case .attributes: self = .attributes(ordinal)
      }
      return
    }
    if let dot = name.firstIndex(of: "."), let family = definition.ordinal(of: String(name[..<dot])),
      definition.fields[family].type == .attributes, name.index(after: dot) < name.endIndex
    {
      self = .attribute(family, name: String(name[name.index(after: dot)...]))
      return
    }
    throw .unknownField(name, suggestion: Self.nearest(to: name, in: definition.fields.map(\.name)))
  }

  /// The name that is at most two edits away from `name`.
  static func nearest(to name: String, in names: [String]) -> String? {
    let wanted = Array(name.utf8)
    guard wanted.count <= 80 else { return nil }
    return names.map { (EditDistance.between(Array($0.utf8), wanted, atMost: 2) ?? 3, $0) }
      .filter { $0.0 <= 2 }.min { $0 < $1 }?.1
  }
}

/// Damerau-Levenshtein distance in its restricted form: insertions, deletions, substitutions, and swaps of neighbours.
enum EditDistance {
  /// The distance between two sequences; nil where it is more than `limit`. O(length × limit).
  static func between<Element: Equatable>(_ left: [Element], _ right: [Element], atMost limit: Int) -> Int? {
    guard abs(left.count - right.count) <= limit else { return nil }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    var current = previous
    for row in 0..<left.count {
      current[0] = row + 1
      var least = current[0]
      let band = max(0, row - limit)..<max(0, row - limit, min(right.count, row + limit + 1))
      if band.lowerBound > 0 { current[band.lowerBound] = limit + 1 }
      for column in band {
        var cost = previous[column] + (left[row] == right[column] ? 0 : 1)
        cost = min(cost, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, beforePrevious[column - 1] + 1)
        }
        current[column + 1] = cost
        least = min(least, cost)
      }
      if band.upperBound < right.count { current[band.upperBound + 1] = limit + 1 }
      if least > limit { return nil }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count] <= limit ? previous[right.count] : nil
  }
}
