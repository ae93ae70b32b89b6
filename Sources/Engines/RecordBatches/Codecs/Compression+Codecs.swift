extension Compression {
  /// Compresses a batch's records.
  func compress(_ bytes: [UInt8]) throws(RecordBatchError) -> [UInt8] {
    switch self {
    case .none: bytes
    case .gzip: try Gzip.compress(bytes)
    case .snappy: try Snappy.compress(bytes)
    case .lz4: try LZ4.compress(bytes)
    case .zstd: try Zstandard.compress(bytes)
    }
  }

  /// Unpacks a batch's records, to at most `limit` bytes.
  func decompress(_ bytes: [UInt8], limit: Int) throws(RecordBatchError) -> [UInt8] {
    switch self {
    case .none: bytes
    case .gzip: try Gzip.decompress(bytes, limit: limit)
    case .snappy: try Snappy.decompress(bytes, limit: limit)
    case .lz4: try LZ4.decompress(bytes, limit: limit)
    case .zstd: try Zstandard.decompress(bytes, limit: limit)
    }
  }
}
