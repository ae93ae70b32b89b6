internal import ByteCoding
public import RecordBatches

/// A record with its place in its partition.
public struct PlacedRecord: Sendable, Equatable {
  /// Its offset.
  public let offset: Offset
  /// The record.
  public let record: Record

  /// A record at an offset.
  public init(offset: Offset, record: Record) {
    self.offset = offset
    self.record = record
  }
}

extension EventLog {
  /// Appends records of another cluster's partition at the offsets that they have there.
  ///
  /// The topic must have been made with the setting `xopix.mirror=true`. Offsets that the partition has passed are left
  /// out, so that what is read again after a crash is stored once; gaps between offsets stay gaps.
  ///
  /// - Parameter records: in the order of their offsets.
  /// - Returns: where they went; nil where all of them were there already.
  public func appendMirrored(
    _ records: [PlacedRecord], to name: TopicPartition
  ) throws(EventLogError) -> Appended? {
    let partition = try find(name)
    let (appended, flush) = try partition.withLock {
      (state: inout PartitionState) throws(EventLogError) -> (Appended?, Int64) in
      guard state.settings.mirrors else {
        throw .invalidTopic(name: name.topic, reason: "is no mirror of another cluster's topic")
      }
      var rest = records.drop { $0.offset < state.endOffset }
      var last: Appended?
      var first: Offset?
      while let start = rest.first?.offset {
        guard start >= state.endOffset else {
          throw .invalidBatch(.malformed("offset \(start.rawValue) follows \(state.endOffset.rawValue - 1)"))
        }
        if start > state.endOffset { try state.allowGaps() }
        // One batch holds offsets without a gap.
        var run: [Record] = []
        var bytes = 0
        while let next = rest.first, next.offset == start.advanced(by: Int64(run.count)),
          run.isEmpty || (run.count < Self.largestBatch.records && bytes < Self.largestBatch.bytes)
        {
          bytes += (next.record.key?.count ?? 0) + (next.record.value?.count ?? 0) + 32
          run.append(next.record)
          rest = rest.dropFirst()
        }
        let batch: [UInt8]
        let header: RecordBatchHeader
        do throws(RecordBatchError) {
          batch = try RecordBatchEncoder.encode(run, compression: configuration.compression)
          header = try RecordBatchHeader(reading: batch.rawBytes)
        } catch {
          throw .invalidBatch(error)
        }
        let place = try state.append(header.rebased(to: start), batch.rawBytes)
        let appended = try finish(place, bytes: batch.count, partition, &state)
        first = first ?? start
        last = Appended(
          baseOffset: first ?? start, nextOffset: appended.nextOffset, ordinal: appended.ordinal,
          partition: partition.number)
      }
      return (last, state.settings.flushMilliseconds)
    }
    if appended != nil { scheduleFlush(afterMilliseconds: flush) }
    return appended
  }
}
