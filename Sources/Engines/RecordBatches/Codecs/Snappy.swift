internal import ByteCoding
internal import CSnappy

/// Snappy, through libsnappy: blocks in the framing of xerial's snappy-java, which Kafka's clients use, or one bare block,
/// which some write.
enum Snappy {
  private static let magic: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
  private static let headerBytes = 16
  private static let blockBytes = 32 << 10
  /// No element of a block unpacks to more than this many times its bytes: three of them copy 64.
  private static let greatestRatio = 22

  static func compress(_ bytes: [UInt8]) throws(RecordBatchError) -> [UInt8] {
    var writer = ByteWriter(capacity: bytes.count / 2 + 32)
    writer.writeBytes(magic)
    writer.writeBigEndian(Int32(1))  // version
    writer.writeBigEndian(Int32(1))  // the first version that can read it
    var start = 0
    while start < bytes.count {
      let end = min(start + blockBytes, bytes.count)
      let block = try compressBlock(bytes[start..<end])
      writer.writeBigEndian(Int32(block.count))
      writer.writeBytes(block)
      start = end
    }
    return writer.bytes
  }

  static func decompress(_ bytes: [UInt8], limit: Int) throws(RecordBatchError) -> [UInt8] {
    guard bytes.starts(with: magic) else { return try decompressBlock(bytes[...], after: 0, limit: limit) }
    guard bytes.count >= headerBytes else { throw .malformed("its snappy header is cut") }
    var output: [UInt8] = []
    var position = headerBytes
    while position < bytes.count {
      guard bytes.count - position >= 4 else { throw .malformed("a snappy block's length is cut") }
      let length = Int(bytes[position..<position + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
      position += 4
      guard length <= bytes.count - position else { throw .malformed("a snappy block is cut") }
      let block = bytes[position..<position + length]
      output += try decompressBlock(block, after: output.count, limit: limit)
      position += length
    }
    return output
  }

  private static func compressBlock(_ bytes: ArraySlice<UInt8>) throws(RecordBatchError) -> [UInt8] {
    let bound = snappy_max_compressed_length(bytes.count)
    var status = SNAPPY_OK
    let output = unsafe bytes.withUnsafeBytes { input in
      unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        var length = bound
        // Safety: the output has the room that the library says is enough; the input is only read.
        status = unsafe snappy_compress(
          input.baseAddress?.assumingMemoryBound(to: CChar.self), input.count,
          UnsafeMutableRawPointer(output.baseAddress)?.assumingMemoryBound(to: CChar.self), &length)
        count = status == SNAPPY_OK ? length : 0
      }
    }
    guard status == SNAPPY_OK else { throw .malformed("snappy failed") }
    return output
  }

  /// Unpacks a block after `count` bytes that count towards the limit.
  private static func decompressBlock(
    _ bytes: ArraySlice<UInt8>, after count: Int, limit: Int
  ) throws(RecordBatchError) -> [UInt8] {
    var length = 0
    var status = SNAPPY_OK
    let output = unsafe bytes.withUnsafeBytes { input -> [UInt8] in
      // Safety: the library reads no more than the input's count, and writes no more than the length that it has told,
      // for which there is room.
      let start = unsafe input.baseAddress?.assumingMemoryBound(to: CChar.self)
      status = unsafe snappy_uncompressed_length(start, input.count, &length)
      guard status == SNAPPY_OK, length <= limit - count else { return [] }
      // A block may say what it likes: so much is not put aside for one that can't hold it.
      guard length <= input.count * greatestRatio else {
        status = SNAPPY_INVALID_INPUT
        return []
      }
      let capacity = length
      return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
        status = unsafe snappy_uncompress(
          start, input.count, UnsafeMutableRawPointer(output.baseAddress)?.assumingMemoryBound(to: CChar.self), &length)
        count = status == SNAPPY_OK ? length : 0
      }
    }
    guard status == SNAPPY_OK else { throw .malformed("it is not snappy") }
    guard length <= limit - count else { throw .tooLarge(limit: limit) }
    return output
  }
}
