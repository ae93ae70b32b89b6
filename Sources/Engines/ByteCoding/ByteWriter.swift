/// Appends fixed-width, variable-length and length-prefixed values to an array of bytes; the mirror of ``ByteReader``.
public struct ByteWriter: Sendable {
  /// What has been written so far.
  public var bytes: [UInt8]

  /// An empty writer with room for `capacity` bytes.
  public init(capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// The number of bytes written.
  public var count: Int { bytes.count }

  /// Appends a little-endian integer of fixed width.
  @inlinable
  public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    var rest = value
    for _ in 0..<MemoryLayout<Value>.size {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      // A one-byte value is done after its first byte: shifting by its whole width gives zero.
      rest = rest >> 8
    }
  }

  /// Appends a big-endian integer of fixed width.
  @inlinable
  public mutating func writeBigEndian<Value: FixedWidthInteger>(_ value: Value) {
    write(value.byteSwapped)
  }

  /// Appends a double by its IEEE 754 bit pattern, little-endian.
  public mutating func write(_ value: Double) {
    write(value.bitPattern)
  }

  /// Appends an unsigned LEB128 integer.
  public mutating func writeVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a zigzag-coded signed LEB128 integer.
  public mutating func writeSignedVarint(_ value: Int64) {
    writeVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  /// Appends `value` as it is.
  public mutating func writeBytes(_ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: value)
  }

  /// Appends the count of `value` as a varint, then `value`.
  public mutating func writePrefixed(_ value: [UInt8]) {
    writeVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Appends the UTF-8 length of `value` as a varint, then its UTF-8.
  public mutating func writePrefixed(_ value: String) {
    var value = value
    value.withUTF8 { utf8 in
      writeVarint(UInt64(utf8.count))
      // Safety: the buffer is read within this closure, as long as the text's bytes are there.
      unsafe bytes.append(contentsOf: utf8)
    }
  }

  /// Overwrites the four bytes at `offset` with a little-endian integer, for lengths known only afterwards.
  public mutating func overwrite(at offset: Int, with value: UInt32) {
    for index in 0..<4 {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index)))
    }
  }
}
