/// Turns files of rows into events by a mapping.
///
/// Files are JSON arrays, JSON lines or CSV, perhaps compressed by gzip, xz or zstd. They are read as streams, so that
/// memory does not grow with them (an open group's rows are kept). The same file and mapping give the same events.
public struct Importer: Sendable {
  /// How rows become events.
  public let mapping: ImportMapping
  /// Whether the first row that can't be mapped ends the import.
  public let isStrict: Bool

  /// How many events a batch has at most.
  public static let largestBatch = 1000

  /// An importer by a mapping.
  ///
  /// - Parameters:
  ///   - mapping: how rows become events.
  ///   - strict: whether the first row that can't be mapped ends the import with an error; otherwise it is counted.
  public init(mapping: ImportMapping, strict: Bool = false) {
    self.mapping = mapping
    isStrict = strict
  }

  /// Reads a file and hands over its events in batches, in the order of the rows.
  ///
  /// What `onBatch` throws ends the import and is thrown on; other errors are of type ``WriteSideError``.
  public func run(file: String, onBatch: ([OutgoingEvent]) throws -> Void) throws -> ImportSummary {
    var input = try InputFile(path: file)
    // Enough of the beginning to see a byte order mark and what kind of JSON it is.
    var head: [UInt8] = []
    while head.count < 4 || head.allSatisfy({ $0 <= 0x20 }) {
      let bytes = try input.read()
      if bytes.isEmpty { break }
      head += bytes
    }
    if head.starts(with: [0xef, 0xbb, 0xbf]) { head.removeFirst(3) }
    switch try format(of: file, head: head) {
    case .csv:
      let reader = CSVRowReader(separator: mapping.separator, wanted: mapping.columns, file: file)
      return try run(reader, head: head, input: &input, file: file, onBatch: onBatch)
    case .json:
      let isArray = head.first { $0 > 0x20 } == UInt8(ascii: "[")
      let reader = JSONRowReader(form: isArray ? .array : .lines, file: file)
      return try run(reader, head: head, input: &input, file: file, onBatch: onBatch)
    case .lines:
      let reader = JSONRowReader(form: .lines, file: file)
      return try run(reader, head: head, input: &input, file: file, onBatch: onBatch)
    }
  }

  /// By the mapping, else by the file's name, else by its first character.
  private func format(of file: String, head: [UInt8]) throws(WriteSideError) -> ImportMapping.Format {
    if let format = mapping.format { return format }
    var name = file.lowercased()[...]
    for ending in [".gz", ".xz", ".zst"] where name.hasSuffix(ending) { name = name.dropLast(ending.count) }
    if name.hasSuffix(".csv") { return .csv }
    if name.hasSuffix(".json") { return .json }
    if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") { return .lines }
    let first = head.first { $0 > 0x20 }
    if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") { return .json }
    throw .malformed(
      file: file, row: 0, reason: "neither its name nor its beginning tells its format; say `format:` in the mapping")
  }

  private func run<Reader: RowReader>(
    _ start: Reader, head: [UInt8], input: inout InputFile, file: String, onBatch: ([OutgoingEvent]) throws -> Void
  ) throws -> ImportSummary {
    var reader = start
    var mapper = RowMapper(mapping: mapping)
    reader.append(head)
    var isLast = head.isEmpty
    while true {
      while let outcome = try reader.next(isLast: isLast) {
        mapper.take(outcome)
        if isStrict, let refused = mapper.summary.refused.first {
          throw WriteSideError.refused(file: file, row: refused.row, reason: refused.reason)
        }
        if mapper.events.count >= Self.largestBatch { try onBatch(mapper.takeEvents()) }
      }
      if isLast { break }
      let bytes = try input.read()
      isLast = bytes.isEmpty
      reader.append(bytes)
    }
    mapper.finish()
    if isStrict, let refused = mapper.summary.refused.first {
      throw WriteSideError.refused(file: file, row: refused.row, reason: refused.reason)
    }
    let rest = mapper.takeEvents()
    if !rest.isEmpty { try onBatch(rest) }
    return mapper.summary
  }
}
