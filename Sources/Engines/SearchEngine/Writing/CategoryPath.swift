/// Paths from broad to narrow, `Home > Kitchen > Kettles`.
enum CategoryPath {
  static let separator = " > "

  /// The path's beginnings, from its first step to the whole.
  static func prefixes(of path: String) -> [String] {
    let steps = path.components(separatedBy: separator)
    return steps.indices.map { steps[...$0].joined(separator: separator) }
  }
}

extension String {
  /// The parts between occurrences of `separator`.
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
