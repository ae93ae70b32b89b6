internal import ByteCoding

extension RecordBatchHeader {
  /// The header of the same batch at another offset.
  public func rebased(to offset: Offset) -> RecordBatchHeader {
    var header = self
    header.baseOffset = offset
    header.leaderEpoch = 0
    return header
  }

  /// The batch's first 16 bytes, which its checksum does not cover: base offset, length and leader epoch.
  public var frame: [UInt8] {
    var writer = ByteWriter(capacity: 16)
    writer.writeBigEndian(baseOffset.rawValue)
    writer.writeBigEndian(Int32(byteCount - RecordBatchFormat.framePrefix))
    writer.writeBigEndian(leaderEpoch)
    return writer.bytes
  }
}
