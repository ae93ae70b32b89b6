/// Kafka's record batch, magic 2, as `docs/formats/record-batch.md` describes it byte by byte.
enum RecordBatchFormat {
  static let magic: UInt8 = 2
  /// Base offset and batch length, which stand before what the length counts.
  static let framePrefix = 12
  static let headerBytes = 61
  static let lengthAt = 8
  static let magicAt = 16
  static let checksumAt = 17
  /// The checksum covers everything from here on.
  static let attributesAt = 21
  static let maxTimestampAt = 35

  static let codecMask: UInt16 = 0x07
  static let timestampTypeBit: UInt16 = 0x08
  static let transactionalBit: UInt16 = 0x10
  static let controlBit: UInt16 = 0x20
}

/// How a batch's records are compressed.
public enum Compression: UInt8, Sendable, CaseIterable {
  case none = 0
  case gzip = 1
  case snappy = 2
  case lz4 = 3
  case zstd = 4
}

/// Why bytes are not a record batch that can be read.
public enum RecordBatchError: Error, Equatable, CustomStringConvertible {
  /// The bytes end before the batch does.
  case truncated(needed: Int, found: Int)
  /// Not a batch of version 2.
  case wrongMagic(UInt8)
  /// The bytes were changed since they were written.
  case wrongChecksum(stored: UInt32, computed: UInt32)
  /// The records do not add up to what the header says.
  case malformed(String)
  /// A record without a key, where each must have one.
  case missingKey(record: Int)
  /// The records would unpack to more than `limit` bytes.
  case tooLarge(limit: Int)

  /// One line for whoever looks at the log.
  public var description: String {
    switch self {
    case .truncated(let needed, let found): "the batch needs \(needed) bytes and \(found) are there"
    case .wrongMagic(let magic): "its magic is \(magic), not 2"
    case .wrongChecksum(let stored, let computed): "its checksum is \(computed), not \(stored) as stored"
    case .malformed(let reason): "its records do not add up: \(reason)"
    case .missingKey(let record): "record \(record) has no key, and the topic is compacted by key"
    case .tooLarge(let limit): "its records unpack to more than \(limit) bytes"
    }
  }
}
