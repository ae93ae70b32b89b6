/// Reads fixed-width, variable-length and length-prefixed values from borrowed bytes, in order.
///
/// Every read checks the bounds first and throws ``ByteReaderError`` where the bytes end early, so that any input
/// is safe to decode. Multi-byte integers are little-endian unless the method says big-endian (Kafka's order).
public struct ByteReader: ~Escapable {
  /// All the bytes, those already read included.
  public let bytes: RawSpan
  /// The offset of the next byte to read, 0…`bytes.byteCount`.
  public private(set) var offset: Int

  /// Starts at the first of `bytes`.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan) {
    self.bytes = bytes
    self.offset = 0
  }

  /// The number of bytes not read yet.
  public var remaining: Int { bytes.byteCount - offset }

  /// Skips `count` bytes.
  @_lifetime(self: copy self)
  public mutating func skip(_ count: Int) throws(ByteReaderError) {
    try require(count)
    offset += count
  }

  /// A little-endian integer of fixed width.
  @inlinable
  @_lifetime(self: copy self)
  public mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self
  ) throws(ByteReaderError) -> Value {
    Value(littleEndian: try load(type))
  }

  /// A big-endian integer of fixed width.
  @inlinable
  @_lifetime(self: copy self)
  public mutating func readBigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self
  ) throws(ByteReaderError) -> Value {
    Value(bigEndian: try load(type))
  }

  /// A double by its IEEE 754 bit pattern, little-endian.
  @_lifetime(self: copy self)
  public mutating func readDouble() throws(ByteReaderError) -> Double {
    Double(bitPattern: try read(UInt64.self))
  }

  /// An unsigned LEB128 integer of at most ten bytes.
  @_lifetime(self: copy self)
  public mutating func readVarint() throws(ByteReaderError) -> UInt64 {
    let start = offset
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try read(UInt8.self)
      if shift == 63 && byte > 1 { throw .malformedVarint(offset: start) }
      result |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return result }
      shift += 7
      if shift > 63 { throw .malformedVarint(offset: start) }
    }
  }

  /// A zigzag-coded signed LEB128 integer.
  @_lifetime(self: copy self)
  public mutating func readSignedVarint() throws(ByteReaderError) -> Int64 {
    let raw = try readVarint()
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  /// The range, in ``bytes``, of the next `count` bytes, which are skipped.
  @_lifetime(self: copy self)
  public mutating func readRange(_ count: Int) throws(ByteReaderError) -> Range<Int> {
    try require(count)
    defer { offset += count }
    return offset..<offset + count
  }

  /// A copy of the next `count` bytes.
  @_lifetime(self: copy self)
  public mutating func readBytes(_ count: Int) throws(ByteReaderError) -> [UInt8] {
    let range = try readRange(count)
    let span = bytes.extracting(range)
    return unsafe span.withUnsafeBytes { unsafe Array($0) }
  }

  /// Bytes preceded by their count as a varint.
  @_lifetime(self: copy self)
  public mutating func readPrefixedBytes() throws(ByteReaderError) -> [UInt8] {
    try readBytes(try readCount())
  }

  /// A string preceded by its UTF-8 length as a varint; malformed UTF-8 is an error.
  @_lifetime(self: copy self)
  public mutating func readPrefixedString() throws(ByteReaderError) -> String {
    let start = offset
    let bytes = try readPrefixedBytes()
    guard let string = String(validating: bytes, as: UTF8.self) else { throw .malformedText(offset: start) }
    return string
  }

  /// A varint that counts things of at least one byte each, so that a hostile count cannot ask for more memory than
  /// the input has bytes.
  @_lifetime(self: copy self)
  public mutating func readCount() throws(ByteReaderError) -> Int {
    let start = offset
    let count = try readVarint()
    guard count <= UInt64(remaining) else { throw .endOfBytes(offset: start, needed: Int(clamping: count)) }
    return Int(count)
  }

  @usableFromInline
  @_lifetime(self: copy self)
  mutating func load<Value: BitwiseCopyable>(_ type: Value.Type) throws(ByteReaderError) -> Value {
    try require(MemoryLayout<Value>.size)
    defer { offset += MemoryLayout<Value>.size }
    // Safety: `require` has checked that the whole value lies within the span.
    return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type)
  }

  private func require(_ count: Int) throws(ByteReaderError) {
    guard count >= 0, count <= remaining else { throw .endOfBytes(offset: offset, needed: count) }
  }
}

/// Why bytes could not be decoded.
public enum ByteReaderError: Error, Equatable {
  /// At `offset`, `needed` bytes were wanted and fewer are left.
  case endOfBytes(offset: Int, needed: Int)
  /// The variable-length integer that starts at `offset` is longer than 64 bits.
  case malformedVarint(offset: Int)
  /// The text that starts at `offset` is not UTF-8.
  case malformedText(offset: Int)
}
