internal import CSimdJSON

/// Why bytes are not JSON that can be read.
public enum JSONError: Error, Equatable, CustomStringConvertible {
  /// Not JSON, or nested too deeply.
  case malformed(reason: String)
  /// Longer than allowed.
  case tooLarge(limit: Int)

  /// One line.
  public var description: String {
    switch self {
    case .malformed(let reason): "not valid JSON: \(reason)"
    case .tooLarge(let limit): "JSON of more than \(limit) bytes"
    }
  }
}

extension JSONValue {
  /// The deepest nesting that is read.
  public static let deepestNesting = 64
  /// The most bytes that are read.
  public static let mostBytes = 64 << 20

  /// Parses one JSON value, which must be all of `bytes` but for white space; the UTF-8 is checked.
  public static func parse(
    _ bytes: [UInt8], deepest: Int = deepestNesting, mostBytes: Int = mostBytes
  ) throws(JSONError) -> JSONValue {
    guard bytes.count <= mostBytes else { throw .tooLarge(limit: mostBytes) }
    // Safety: the document points into buffers of this thread, which stay as they are until its next call; all that is
    // kept of them is copied before this function returns. `bytes` are read within their count.
    return try Result { () throws(JSONError) in
      var document = unsafe xopix_json_document()
      let error = unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe xopix_json_parse(buffer.baseAddress, buffer.count, deepest, &document)
      }
      guard error == 0 else {
        throw JSONError.malformed(reason: unsafe String(cString: xopix_json_error(error)))
      }
      var builder = unsafe JSONTreeBuilder(
        items: UnsafeBufferPointer(start: document.items, count: document.item_count * 2),
        strings: UnsafeBufferPointer(start: document.strings, count: document.string_bytes), source: bytes)
      return unsafe builder.next()
    }.get()
  }
}

/// Builds a tree from the parser's flat items.
@unsafe private struct JSONTreeBuilder {
  let items: UnsafeBufferPointer<UInt64>
  let strings: UnsafeBufferPointer<UInt8>
  let source: [UInt8]
  var index = 0

  init(items: UnsafeBufferPointer<UInt64>, strings: UnsafeBufferPointer<UInt8>, source: [UInt8]) {
    unsafe self.items = unsafe items
    unsafe self.strings = unsafe strings
    unsafe self.source = source
  }

  mutating func next() -> JSONValue {
    let first = unsafe items[index]
    let second = unsafe items[index + 1]
    unsafe index += 2
    let number = Int(first >> 8)
    switch UInt8(truncatingIfNeeded: first) {
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "t"): return .bool(true)
    case UInt8(ascii: "f"): return .bool(false)
    case UInt8(ascii: "i"): return .integer(Int64(bitPattern: second))
    case UInt8(ascii: "d"):
      return unsafe .number(JSONNumber(text: String(decoding: source[number..<number + Int(second)], as: UTF8.self)))
    case UInt8(ascii: "s"): return unsafe .string(text(at: number, count: Int(second)))
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      elements.reserveCapacity(number)
      for _ in 0..<number { unsafe elements.append(next()) }
      return .array(elements)
    case UInt8(ascii: "{"):
      var members: [(name: String, value: JSONValue)] = []
      members.reserveCapacity(number)
      for _ in 0..<number {
        let name = unsafe text(at: Int(items[index] >> 8), count: Int(items[index + 1]))
        unsafe index += 2
        members.append((name, unsafe next()))
      }
      return .object(JSONObject(parsed: members))
    default: preconditionFailure("the JSON shim wrote an item of unknown kind")
    }
  }

  private func text(at offset: Int, count: Int) -> String {
    unsafe String(decoding: UnsafeBufferPointer(rebasing: strings[offset..<offset + count]), as: UTF8.self)
  }
}
