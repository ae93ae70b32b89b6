/// What became of a file's rows: each was mapped, skipped or refused.
public struct ImportSummary: Sendable, Hashable {
  /// A row that could not be mapped.
  public struct RefusedRow: Sendable, Hashable {
    /// The row's place in the file, from 1; a header does not count.
    public let row: Int
    /// The column or field that is wrong; nil where it is the row as a whole.
    public let field: String?
    /// What is wrong, the field included.
    public let reason: String
  }

  /// Rows that were read.
  public internal(set) var rows = 0
  /// Rows that are part of an event.
  public internal(set) var mapped = 0
  /// Rows that the mapping leaves out.
  public internal(set) var skipped = 0
  /// Rows that could not be mapped.
  public internal(set) var refusedCount = 0
  /// The first hundred rows that could not be mapped.
  public internal(set) var refused: [RefusedRow] = []
  /// Events that were made.
  public internal(set) var events = 0
  /// Events by type.
  public internal(set) var eventsByType: [String: Int] = [:]

  /// How many refused rows are kept.
  public static let mostRefusedKept = 100

  mutating func refuse(_ row: Int, field: String?, reason: String) {
    refusedCount += 1
    if refused.count < Self.mostRefusedKept { refused.append(RefusedRow(row: row, field: field, reason: reason)) }
  }
}
