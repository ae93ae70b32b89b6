internal import Glibc
internal import JSONBytes

/// Reads objects of JSON: one a line, or the elements of one array.
struct JSONRowReader: RowReader {
  /// How the objects stand in the file.
  enum Form: Sendable {
    case lines
    case array
  }

  /// Where an array's reader stands.
  private enum Place: Sendable {
    case beforeArray
    case beforeElement
    case afterElement
    case afterArray
  }

  private var pending = PendingBytes()
  private let form: Form
  private let file: String
  private var rows = 0
  private var place = Place.beforeArray

  init(form: Form, file: String) {
    self.form = form
    self.file = file
  }

  mutating func append(_ bytes: [UInt8]) { pending.append(bytes) }

  mutating func next(isLast: Bool) throws(WriteSideError) -> RowOutcome? {
    let next = try form == .lines ? line(isLast: isLast) : element(isLast: isLast)
    if next == nil, !isLast, pending.isTooLong {
      throw fault("is longer than \(PendingBytes.longestRow) bytes")
    }
    return next
  }

  /// The row that stands at a range of the pending bytes.
  private mutating func row(_ range: Range<Int>) -> RowOutcome {
    rows += 1
    do throws(JSONError) {
      guard case .object(let object) = try JSONValue.parse(Array(pending.bytes[range])) else {
        return .broken(row: rows, reason: "is not a JSON object")
      }
      return .row(Row(number: rows, content: .json(object)))
    } catch {
      return .broken(row: rows, reason: "\(error)")
    }
  }

  private func fault(_ reason: String) -> WriteSideError { .malformed(file: file, row: rows + 1, reason: reason) }

  // MARK: Lines

  private mutating func line(isLast: Bool) throws(WriteSideError) -> RowOutcome? {
    while pending.start < pending.bytes.count {
      let start = pending.start
      guard let end = endOfLine(from: start) ?? (isLast ? pending.bytes.count : nil) else { return nil }
      pending.start = min(end + 1, pending.bytes.count)
      if pending.bytes[start..<end].contains(where: { !Self.isSpace($0) }) { return row(start..<end) }
    }
    return nil
  }

  private func endOfLine(from start: Int) -> Int? {
    unsafe pending.bytes.withUnsafeBytes { buffer in
      // Safety: `start` is within the buffer, and as many bytes are searched as follow it.
      guard let base = buffer.baseAddress,
        let found = unsafe memchr(base + start, 0x0a, buffer.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  // MARK: Elements of an array

  private mutating func element(isLast: Bool) throws(WriteSideError) -> RowOutcome? {
    let bytes = pending.bytes
    while true {
      while pending.start < bytes.count, Self.isSpace(bytes[pending.start]) { pending.start += 1 }
      guard pending.start < bytes.count else {
        if isLast, place != .afterArray { throw fault("the array is not closed: the file is cut off") }
        return nil
      }
      let byte = bytes[pending.start]
      switch (place, byte) {
      case (.beforeArray, UInt8(ascii: "[")): place = .beforeElement
      case (.afterElement, UInt8(ascii: ",")): place = .beforeElement
      case (.afterElement, UInt8(ascii: "]")): place = .afterArray
      case (.beforeElement, UInt8(ascii: "]")) where rows == 0: place = .afterArray
      case (.beforeElement, let byte) where byte != UInt8(ascii: "]") && byte != UInt8(ascii: ","):
        guard let end = endOfElement(bytes, from: pending.start) else {
          if isLast { throw fault("the array is not closed: the file is cut off") }
          return nil
        }
        let start = pending.start
        pending.start = end
        place = .afterElement
        return row(start..<end)
      case (.afterArray, _): throw fault("there is something after the array")
      default: throw fault("“\(Character(Unicode.Scalar(byte)))” stands where JSON has none")
      }
      pending.start += 1
    }
  }

  /// Where an element ends that begins at `start`; nil where its end is not there yet.
  private func endOfElement(_ bytes: [UInt8], from start: Int) -> Int? {
    var depth = 0
    var isInString = false
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if isInString {
        if byte == UInt8(ascii: "\\") {
          index += 1
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
          if depth == 0 { return index + 1 }
        }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return index }
          depth -= 1
          if depth == 0 { return index + 1 }
        case UInt8(ascii: ","): if depth == 0 { return index }
        default: break
        }
      }
      index += 1
    }
    return nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }
}
