/// Why a mapping or a file to import can't be used.
public enum WriteSideError: Error, Equatable, CustomStringConvertible {
  /// The mapping breaks its language; `field` is the path to the wrong member.
  case invalidMapping(file: String, line: Int, field: String, reason: String)
  /// The file can't be opened or read.
  case unreadable(file: String, reason: String)
  /// The program that takes off the file's compression is not installed.
  case toolMissing(tool: String, file: String)
  /// The program that takes off the file's compression gave up: the file is damaged or cut off.
  case decompressionFailed(tool: String, file: String, status: Int32)
  /// The file as a whole is not what the mapping says it is; rows after `row` can't be told apart.
  case malformed(file: String, row: Int, reason: String)
  /// In strict mode, a row that can't be mapped.
  case refused(file: String, row: Int, reason: String)

  /// One line that says what is wrong where, and what to do.
  public var description: String {
    switch self {
    case .invalidMapping(let file, let line, let field, let reason):
      "\(file), line \(line): \(field.isEmpty ? "" : "\(field): ")\(reason)"
    case .unreadable(let file, let reason): "\(file) can't be read: \(reason)"
    case .toolMissing(let tool, let file):
      "\(file) is compressed, and \(tool), which takes the compression off, was not found; install \(tool) or decompress the file first"
    case .decompressionFailed(let tool, let file, let status):
      "\(file) is damaged or cut off: \(tool) ended with status \(status)"
    case .malformed(let file, let row, let reason): "\(file), row \(row): \(reason)"
    case .refused(let file, let row, let reason): "\(file), row \(row): \(reason)"
    }
  }
}
