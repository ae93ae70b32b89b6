public import NIOCore

/// Reads Kafka's primitive types from a buffer, in order; nothing is read that is not there, whatever the bytes say.
///
/// Byte strings and records are slices of the buffer, not copies.
public struct WireReader {
  private var buffer: ByteBuffer
  private var elementsLeft: Int

  /// The most elements that a message's arrays may have together: a few bytes of a message must not become gigabytes of
  /// values.
  public static let mostElements = 1_000_000

  /// Reads the buffer's readable bytes.
  public init(_ buffer: ByteBuffer) {
    self.buffer = buffer
    elementsLeft = Self.mostElements
  }

  /// The bytes that are not read yet.
  public var remaining: Int { buffer.readableBytes }

  // MARK: Numbers

  /// A big-endian integer.
  @inlinable
  public mutating func readInteger<Value: FixedWidthInteger>(field: String) throws(WireError) -> Value {
    guard let value = readFixed(Value.self) else { throw .truncated(field: field) }
    return value
  }

  @usableFromInline
  mutating func readFixed<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? { buffer.readInteger(as: type) }

  /// A boolean: one byte, and anything but 0 is true.
  public mutating func readBool(field: String) throws(WireError) -> Bool {
    let byte: UInt8 = try readInteger(field: field)
    return byte != 0
  }

  /// A double by its bits.
  public mutating func readDouble(field: String) throws(WireError) -> Double {
    Double(bitPattern: try readInteger(field: field))
  }

  /// 128 bits.
  public mutating func readUUID(field: String) throws(WireError) -> WireUUID {
    WireUUID(high: try readInteger(field: field), low: try readInteger(field: field))
  }

  /// An unsigned number of up to 32 bits, seven to a byte.
  public mutating func readVarint(field: String) throws(WireError) -> UInt32 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 35, by: 7) {
      let byte: UInt8 = try readInteger(field: field)
      result |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        guard let value = UInt32(exactly: result) else { throw .invalidVarint }
        return value
      }
    }
    throw .invalidVarint
  }

  // MARK: Lengths

  /// A length; nil for null. Compact lengths are one more than they say, so that 0 is null.
  private mutating func readLength(isCompact: Bool, isShort: Bool, field: String) throws(WireError) -> Int? {
    let length: Int64
    if isCompact {
      length = Int64(try readVarint(field: field)) - 1
    } else if isShort {
      length = Int64(try readInteger(field: field) as Int16)
    } else {
      length = Int64(try readInteger(field: field) as Int32)
    }
    if length == -1 { return nil }
    guard length >= 0, length <= Int64(remaining) else { throw .invalidLength(field: field, length: length) }
    return Int(length)
  }

  // MARK: Texts and bytes

  /// A text.
  public mutating func readString(isCompact: Bool, field: String) throws(WireError) -> String {
    guard let text = try readNullableString(isCompact: isCompact, field: field) else {
      throw .unexpectedNull(field: field)
    }
    return text
  }

  /// A text or null.
  public mutating func readNullableString(isCompact: Bool, field: String) throws(WireError) -> String? {
    guard let length = try readLength(isCompact: isCompact, isShort: true, field: field) else { return nil }
    guard let slice = buffer.readSlice(length: length) else { throw .truncated(field: field) }
    guard let text = String(validating: slice.readableBytesView, as: UTF8.self) else {
      throw .invalidText(field: field)
    }
    return text
  }

  /// Bytes.
  public mutating func readBytes(isCompact: Bool, field: String) throws(WireError) -> ByteBuffer {
    guard let bytes = try readNullableBytes(isCompact: isCompact, field: field) else {
      throw .unexpectedNull(field: field)
    }
    return bytes
  }

  /// Bytes or null.
  public mutating func readNullableBytes(isCompact: Bool, field: String) throws(WireError) -> ByteBuffer? {
    guard let length = try readLength(isCompact: isCompact, isShort: false, field: field) else { return nil }
    guard let slice = buffer.readSlice(length: length) else { throw .truncated(field: field) }
    return slice
  }

  /// Record batches.
  public mutating func readRecords(isCompact: Bool, field: String) throws(WireError) -> RecordsField {
    try readNullableBytes(isCompact: isCompact, field: field).map { .bytes($0) } ?? .null
  }

  // MARK: Structures

  /// Whether a structure that may be null is there.
  public mutating func readPresence(field: String) throws(WireError) -> Bool {
    let byte: Int8 = try readInteger(field: field)
    return byte >= 0
  }

  /// An array.
  public mutating func readArray<Element>(
    isCompact: Bool, field: String, _ element: (inout WireReader) throws(WireError) -> Element
  ) throws(WireError) -> [Element] {
    guard let array = try readNullableArray(isCompact: isCompact, field: field, element) else {
      throw .unexpectedNull(field: field)
    }
    return array
  }

  /// An array or null. Every element takes a byte at least, so that a count can't ask for more than there are bytes.
  public mutating func readNullableArray<Element>(
    isCompact: Bool, field: String, _ element: (inout WireReader) throws(WireError) -> Element
  ) throws(WireError) -> [Element]? {
    guard let count = try readLength(isCompact: isCompact, isShort: false, field: field) else { return nil }
    guard count <= elementsLeft else { throw .tooManyElements(field: field) }
    elementsLeft -= count
    var array: [Element] = []
    // A count is believed only so far before its elements are there.
    array.reserveCapacity(min(count, 1024))
    for _ in 0..<count { array.append(try element(&self)) }
    return array
  }

  /// The tagged fields at the end of a structure.
  public mutating func readTaggedFields() throws(WireError) -> [TaggedField] {
    let count = try readVarint(field: "tagged fields")
    guard count > 0 else { return [] }
    var fields: [TaggedField] = []
    var last: UInt32?
    for _ in 0..<count {
      let number = try readVarint(field: "tag")
      if let last, number <= last { throw .unorderedTags }
      last = number
      let size = try readVarint(field: "tagged field")
      guard let content = buffer.readSlice(length: Int(size)) else { throw .truncated(field: "tagged field") }
      guard elementsLeft > 0 else { throw .tooManyElements(field: "tagged fields") }
      elementsLeft -= 1
      fields.append(TaggedField(number: number, content: WireReader(content)))
    }
    return fields
  }

  /// Passes over tagged fields that nobody knows.
  public mutating func skipTaggedFields() throws(WireError) {
    _ = try readTaggedFields()
  }
}
