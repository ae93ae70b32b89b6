/// A table in a CSV file that is small enough to hold whole; perhaps compressed by gzip, xz or zstd.
public struct TableFile: Sendable {
  /// The columns' names.
  public let columns: [String]
  /// The rows, each with a field for each column.
  public let rows: [[String]]

  /// Reads a file. A row that is none is an error.
  public init(path: String) throws(WriteSideError) {
    var reader = CSVRowReader(file: path)
    var bytes = try Self.bytes(of: path)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
    reader.append(bytes)
    var rows: [[String]] = []
    while let outcome = try reader.next(isLast: true) {
      switch outcome {
      case .broken(let row, let reason): throw .malformed(file: path, row: row, reason: reason)
      case .row(let row): if case .csv(_, let fields) = row.content { rows.append(fields) }
      }
    }
    guard let columns = reader.columns else {
      throw .malformed(file: path, row: 0, reason: "is empty; its first line must name the columns")
    }
    self.columns = columns
    self.rows = rows
  }

  /// A file's bytes, without its compression.
  public static func bytes(of path: String) throws(WriteSideError) -> [UInt8] {
    var input = try InputFile(path: path)
    var bytes: [UInt8] = []
    while true {
      let more = try input.read()
      if more.isEmpty { return bytes }
      bytes += more
    }
  }
}
