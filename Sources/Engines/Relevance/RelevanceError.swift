/// Why judgments or a report can't be read.
public struct RelevanceError: Error, Equatable, CustomStringConvertible {
  /// The line or row that is wrong, from 1, where it is one; a header does not count as a row.
  public let place: String?
  /// What is wrong, and what would be right.
  public let reason: String

  init(_ place: String? = nil, _ reason: String) {
    self.place = place
    self.reason = reason
  }

  /// One line that says what is wrong where.
  public var description: String { place.map { "\($0): \(reason)" } ?? reason }
}
