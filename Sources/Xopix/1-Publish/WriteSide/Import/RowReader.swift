/// What a file has at a row's place.
enum RowOutcome {
  case row(Row)
  /// Something that is no row, by the row's number.
  case broken(row: Int, reason: String)
}

/// Cuts a file's bytes into rows.
protocol RowReader {
  /// Adds bytes that follow those before.
  mutating func append(_ bytes: [UInt8])

  /// The next row; nil where more bytes are needed or, with `isLast`, at the end.
  mutating func next(isLast: Bool) throws(WriteSideError) -> RowOutcome?
}

/// Bytes that were read and not yet used.
struct PendingBytes: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Where the unused bytes begin.
  var start = 0

  /// The most bytes that a row may have.
  static let longestRow = 16 << 20

  /// Adds bytes, dropping the used ones.
  mutating func append(_ more: [UInt8]) {
    bytes.removeSubrange(..<start)
    start = 0
    bytes += more
  }

  /// Whether the unused bytes are too many for one row.
  var isTooLong: Bool { bytes.count - start > Self.longestRow }
}
