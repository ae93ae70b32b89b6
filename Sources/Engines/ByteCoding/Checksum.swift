internal import CChecksum

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4): detects damage in stored and received bytes.
///
/// It is not a hash to identify content by: use ``XXHash64`` or ``LogicalChecksum`` for that.
public enum Checksum {
  /// The CRC-32C of `bytes`, continuing from `seed`, the checksum of the bytes before them (0 at the start).
  public static func crc32c(_ bytes: RawSpan, seed: UInt32 = 0) -> UInt32 {
    // Safety: the pointer and the count come from the same span, which outlives the call; the C function only reads.
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe xopix_crc32c(seed, buffer.baseAddress, buffer.count)
    }
  }

  /// The CRC-32C of an array of bytes.
  public static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    crc32c(bytes.rawBytes)
  }
}

extension Array where Element == UInt8 {
  /// A copy of the bytes of `span`.
  public init(copying span: RawSpan) {
    // Safety: the buffer is read within the closure, while the span's bytes are there.
    self = unsafe span.withUnsafeBytes { unsafe Array($0) }
  }

  /// The array's bytes as a raw span, for ``ByteReader`` and ``Checksum``.
  public var rawBytes: RawSpan {
    @_lifetime(borrow self) get {
      // Safety: `Span.bytes` is marked unsafe only for element types with padding; UInt8 has none.
      unsafe span.bytes
    }
  }
}
