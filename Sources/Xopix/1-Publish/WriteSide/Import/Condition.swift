internal import JSONBytes

/// What a row must be like for a case to apply or for the row to be left out.
indirect enum Condition: Sendable {
  case all([Condition])
  case any([Condition])
  case not(Condition)
  case test(ColumnPath, Test)

  /// A test of one column. Comparisons with numbers are false for what is no number.
  enum Test: Sendable {
    case isPresent
    case isOneOf(Set<String>)
    case startsWith(String)
    case lessThan(ExactDecimal)
    case greaterThan(ExactDecimal)
  }

  func holds(for row: Row) -> Bool {
    switch self {
    case .all(let conditions): return conditions.allSatisfy { $0.holds(for: row) }
    case .any(let conditions): return conditions.contains { $0.holds(for: row) }
    case .not(let condition): return !condition.holds(for: row)
    case .test(let column, let test):
      let text = row.value(column)?.plainText
      switch test {
      case .isPresent: return row.value(column) != nil
      case .isOneOf(let texts): return texts.contains(text ?? "")
      case .startsWith(let prefix): return text?.hasPrefix(prefix) ?? false
      case .lessThan(let bound):
        return text.flatMap { ExactDecimal($0) }.map { ExactDecimal.isLess($0, bound) } ?? false
      case .greaterThan(let bound):
        return text.flatMap { ExactDecimal($0) }.map { ExactDecimal.isLess(bound, $0) } ?? false
      }
    }
  }

  /// The columns that it looks at.
  var columns: [ColumnPath] {
    switch self {
    case .all(let conditions), .any(let conditions): conditions.flatMap(\.columns)
    case .not(let condition): condition.columns
    case .test(let column, _): [column]
    }
  }
}
