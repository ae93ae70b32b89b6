public import NIOCore

/// Writes Kafka's primitive types to a buffer; the mirror of ``WireReader``.
public struct WireWriter {
  /// A place in the buffer where bytes from elsewhere belong.
  public typealias Hole = (position: Int, byteCount: Int)

  /// What was written, but for what the ``holes`` stand for.
  public private(set) var buffer: ByteBuffer
  /// Where records belong that are put in when the frame is sent, in order; positions count from the buffer's start.
  public private(set) var holes: [Hole] = []

  /// A writer with nothing written.
  public init() { buffer = ByteBuffer() }

  /// The bytes of the whole, those that the holes stand for included.
  public var byteCount: Int { buffer.writerIndex + holes.reduce(0) { $0 + $1.byteCount } }

  // MARK: Numbers

  /// A big-endian integer.
  public mutating func writeInteger(_ value: some FixedWidthInteger) { buffer.writeInteger(value) }

  /// A boolean, one byte.
  public mutating func writeBool(_ value: Bool) { buffer.writeInteger(UInt8(value ? 1 : 0)) }

  /// A double by its bits.
  public mutating func writeDouble(_ value: Double) { buffer.writeInteger(value.bitPattern) }

  /// 128 bits.
  public mutating func writeUUID(_ value: WireUUID) {
    buffer.writeInteger(value.high)
    buffer.writeInteger(value.low)
  }

  /// An unsigned number, seven bits to a byte.
  public mutating func writeVarint(_ value: UInt32) {
    var rest = value
    while rest >= 0x80 {
      buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    buffer.writeInteger(UInt8(rest))
  }

  /// Overwrites an integer that was written at `position`.
  public mutating func overwrite(_ value: some FixedWidthInteger, at position: Int) {
    buffer.setInteger(value, at: position)
  }

  private mutating func writeLength(_ length: Int?, isCompact: Bool, isShort: Bool) {
    if isCompact {
      writeVarint(UInt32(clamping: (length ?? -1) + 1))
    } else if isShort {
      buffer.writeInteger(Int16(clamping: length ?? -1))
    } else {
      buffer.writeInteger(Int32(clamping: length ?? -1))
    }
  }

  // MARK: Texts and bytes

  /// A text.
  public mutating func writeString(_ value: String, isCompact: Bool) {
    writeNullableString(value, isCompact: isCompact)
  }

  /// A text or null. A text longer than its length can say is cut.
  public mutating func writeNullableString(_ value: String?, isCompact: Bool) {
    guard let value else { return writeLength(nil, isCompact: isCompact, isShort: true) }
    guard isCompact || value.utf8.count <= Int(Int16.max) else {
      let cut = String(decoding: Array(value.utf8.prefix(Int(Int16.max) - 3)), as: UTF8.self)
      return writeNullableString(String(cut.unicodeScalars.dropLast()), isCompact: false)
    }
    writeLength(value.utf8.count, isCompact: isCompact, isShort: true)
    buffer.writeString(value)
  }

  /// Bytes.
  public mutating func writeBytes(_ value: ByteBuffer, isCompact: Bool) {
    writeNullableBytes(value, isCompact: isCompact)
  }

  /// Bytes or null.
  public mutating func writeNullableBytes(_ value: ByteBuffer?, isCompact: Bool) {
    writeLength(value?.readableBytes, isCompact: isCompact, isShort: false)
    if let value { buffer.writeImmutableBuffer(value) }
  }

  /// Record batches, or a hole where they belong.
  public mutating func writeRecords(_ value: RecordsField, isCompact: Bool) {
    switch value {
    case .null: writeLength(nil, isCompact: isCompact, isShort: false)
    case .bytes(let bytes): writeNullableBytes(bytes, isCompact: isCompact)
    case .external(let byteCount):
      writeLength(byteCount, isCompact: isCompact, isShort: false)
      holes.append((buffer.writerIndex, byteCount))
    }
  }

  // MARK: Structures

  /// Whether a structure that may be null is there.
  public mutating func writePresence(_ isThere: Bool) { buffer.writeInteger(Int8(isThere ? 1 : -1)) }

  /// An array.
  public mutating func writeArray<Element>(
    _ elements: [Element], isCompact: Bool, _ write: (inout WireWriter, Element) -> Void
  ) {
    writeNullableArray(elements, isCompact: isCompact, write)
  }

  /// An array or null.
  public mutating func writeNullableArray<Element>(
    _ elements: [Element]?, isCompact: Bool, _ write: (inout WireWriter, Element) -> Void
  ) {
    writeLength(elements?.count, isCompact: isCompact, isShort: false)
    for element in elements ?? [] { write(&self, element) }
  }

  /// The tagged fields at the end of a structure.
  public mutating func writeTaggedFields(_ tags: TaggedFields) {
    writeVarint(UInt32(tags.fields.count))
    for (number, content) in tags.fields {
      writeVarint(number)
      writeVarint(UInt32(content.readableBytes))
      buffer.writeImmutableBuffer(content)
    }
  }
}
