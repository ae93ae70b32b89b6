/// How many of a query's groups a hit must match.
public enum MinimumMatch: Sendable, Hashable {
  /// So many; from the number of all groups downwards where negative.
  case groups(Int)
  /// So many in a hundred, rounded down; from a hundred downwards where negative.
  case percent(Int)

  /// What `2`, `-1`, `75%` or `-25%` says; nil for anything else.
  public init?(_ text: String) {
    let isPercent = text.hasSuffix("%")
    let digits = isPercent ? text.dropLast() : text[...]
    guard digits.utf8.count <= 4, digits.utf8.first != UInt8(ascii: "+"), let number = Int(digits) else { return nil }
    if isPercent {
      guard (-100...100).contains(number) else { return nil }
      self = .percent(number)
    } else {
      self = .groups(number)
    }
  }

  /// How many of `count` groups: at least one, at most all.
  public func required(of count: Int) -> Int {
    let required =
      switch self {
      case .groups(let groups): groups < 0 ? count + max(groups, -count) : groups
      case .percent(let percent):
        percent < 0 ? count - count * min(100, -max(percent, -100)) / 100 : count * min(100, percent) / 100
      }
    return max(min(1, count), min(count, required))
  }
}
