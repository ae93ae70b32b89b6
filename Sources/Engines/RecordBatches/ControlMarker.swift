internal import ByteCoding

/// The record that ends a transaction: the only record of a control batch.
public struct ControlMarker: Equatable, Sendable {
  /// Whether the transaction's records count.
  public let isCommit: Bool
  /// The epoch of the coordinator that has ended it.
  public let coordinatorEpoch: Int32

  /// A marker.
  public init(isCommit: Bool, coordinatorEpoch: Int32) {
    self.isCommit = isCommit
    self.coordinatorEpoch = coordinatorEpoch
  }

  private static let version: Int16 = 0
  private static let abortType: Int16 = 0
  private static let commitType: Int16 = 1

  /// The marker of a control batch; nil for a control record of another kind.
  public init?(ofBatch batch: RawSpan) throws(RecordBatchError) {
    guard let record = try RecordBatchView([UInt8](copying: batch)).records().first, let key = record.key,
      key.count >= 4
    else {
      return nil
    }
    let type = Int16(key[2]) << 8 | Int16(key[3])
    guard type == Self.abortType || type == Self.commitType else { return nil }
    let value = record.value ?? []
    isCommit = type == Self.commitType
    coordinatorEpoch = value.count >= 6 ? value[2..<6].reduce(Int32(0)) { $0 << 8 | Int32($1) } : 0
  }

  /// The record's key.
  var key: [UInt8] {
    var writer = ByteWriter(capacity: 4)
    writer.writeBigEndian(Self.version)
    writer.writeBigEndian(isCommit ? Self.commitType : Self.abortType)
    return writer.bytes
  }

  /// The record's value.
  var value: [UInt8] {
    var writer = ByteWriter(capacity: 6)
    writer.writeBigEndian(Self.version)
    writer.writeBigEndian(coordinatorEpoch)
    return writer.bytes
  }
}
