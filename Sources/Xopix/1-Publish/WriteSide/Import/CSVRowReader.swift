internal import JSONBytes

/// Reads CSV (RFC 4180): a header line, then a row a line; fields in quotes may hold separators, ends of lines and
/// doubled quotes. Lines end in LF or CRLF; empty lines are passed over. A quote within an unquoted field is an
/// ordinary character.
struct CSVRowReader: RowReader {
  private enum Record {
    case fields([String])
    case broken(String)
  }

  private var pending = PendingBytes()
  private let separator: UInt8
  private let file: String
  /// Each group of columns of which the header must have one.
  private let wanted: [[ColumnPath]]
  private var header: CSVHeader?
  private var rows = 0

  init(separator: UInt8 = UInt8(ascii: ","), wanted: [[ColumnPath]] = [], file: String) {
    self.separator = separator
    self.wanted = wanted
    self.file = file
  }

  /// The columns' names, once the header was read.
  var columns: [String]? { header?.names }

  mutating func append(_ bytes: [UInt8]) { pending.append(bytes) }

  mutating func next(isLast: Bool) throws(WriteSideError) -> RowOutcome? {
    while true {
      guard let record = try record(isLast: isLast) else { return nil }
      guard let header else {
        try readHeader(record)
        continue
      }
      rows += 1
      switch record {
      case .broken(let reason): return .broken(row: rows, reason: reason)
      case .fields(let fields):
        guard fields.count == header.names.count else {
          return .broken(row: rows, reason: "has \(fields.count) fields, and the header has \(header.names.count)")
        }
        return .row(Row(number: rows, content: .csv(header: header, fields: fields)))
      }
    }
  }

  private mutating func readHeader(_ record: Record) throws(WriteSideError) {
    guard case .fields(let names) = record, let header = CSVHeader(names: names) else {
      var reason = "the header names a column twice"
      if case .broken(let fault) = record { reason = "the header \(fault)" }
      throw .malformed(file: file, row: 0, reason: reason)
    }
    for group in wanted where !group.contains(where: { header.places[$0.name] != nil }) {
      throw .malformed(
        file: file, row: 0,
        reason: "no column \(group.map(\.name).joined(separator: " or ")), which the mapping asks for; there are "
          + names.joined(separator: ", "))
    }
    self.header = header
  }

  /// The next line that is not empty; nil where its end is not there yet.
  private mutating func record(isLast: Bool) throws(WriteSideError) -> Record? {
    let bytes = pending.bytes
    while pending.start < bytes.count, bytes[pending.start] == 0x0a || bytes[pending.start] == 0x0d {
      pending.start += 1
    }
    guard pending.start < bytes.count else { return nil }
    var fields: [String] = []
    fields.reserveCapacity(header?.names.count ?? 16)
    var fault: String?
    var index = pending.start
    while true {
      let end: Int?
      if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
        end = quotedField(bytes, from: index, isLast: isLast, into: &fields, fault: &fault)
      } else {
        end = plainField(bytes, from: index, isLast: isLast, into: &fields, fault: &fault)
      }
      guard let end else {
        if pending.isTooLong {
          throw .malformed(file: file, row: rows + 1, reason: "is longer than \(PendingBytes.longestRow) bytes")
        }
        return nil
      }
      index = end + 1
      if end >= bytes.count || bytes[end] != separator { break }
    }
    pending.start = min(index, bytes.count)
    return fault.map(Record.broken) ?? .fields(fields)
  }

  /// Reads a field without quotes; returns where its separator or the end of its line stands, nil where that is missing.
  private func plainField(
    _ bytes: [UInt8], from start: Int, isLast: Bool, into fields: inout [String], fault: inout String?
  ) -> Int? {
    var end = start
    while end < bytes.count, bytes[end] != separator, bytes[end] != 0x0a { end += 1 }
    guard end < bytes.count || isLast else { return nil }
    let isLineEnd = end == bytes.count || bytes[end] == 0x0a
    let textEnd = isLineEnd && end > start && bytes[end - 1] == 0x0d ? end - 1 : end
    append(bytes[start..<textEnd], to: &fields, fault: &fault)
    return end
  }

  /// Like ``plainField(_:from:isLast:into:fault:)`` for a field that begins with a quote.
  private func quotedField(
    _ bytes: [UInt8], from start: Int, isLast: Bool, into fields: inout [String], fault: inout String?
  ) -> Int? {
    var text: [UInt8] = []
    var pieceStart = start + 1
    var index = start + 1
    while true {
      while index < bytes.count, bytes[index] != UInt8(ascii: "\"") { index += 1 }
      if index == bytes.count {
        guard isLast else { return nil }
        fault = fault ?? "has a quote that is never closed"
        return index
      }
      // Whether this quote is doubled shows in the byte after it.
      if index + 1 == bytes.count, !isLast { return nil }
      guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") else { break }
      text += bytes[pieceStart...index]
      index += 2
      pieceStart = index
    }
    text += bytes[pieceStart..<index]
    append(text[...], to: &fields, fault: &fault)
    var end = index + 1
    while end < bytes.count, bytes[end] != separator, bytes[end] != 0x0a {
      if bytes[end] != 0x0d { fault = fault ?? "has text after a closing quote" }
      end += 1
    }
    return end < bytes.count || isLast ? end : nil
  }

  private func append(_ bytes: ArraySlice<UInt8>, to fields: inout [String], fault: inout String?) {
    if let text = String(validating: bytes, as: UTF8.self) {
      fields.append(text)
    } else {
      fault = fault ?? "has bytes that are not UTF-8"
    }
  }
}
