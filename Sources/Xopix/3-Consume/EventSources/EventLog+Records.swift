public import EventLog
public import RecordBatches

extension EventLog {
  /// Gives the records of a partition from an offset up to its present end, each with its offset.
  public func forEachRecord(
    of partition: TopicPartition, from start: Offset, _ body: (Record, Offset) -> Void
  ) throws {
    var offset = max(start, startOffset(of: partition))
    let end = endOffset(of: partition)
    while offset < end {
      let before = offset
      let bytes = try read(partition, from: offset, maxBytes: 1 << 20)
      for batch in try RecordBatchView.batches(in: bytes) {
        try batch.forEachRecord { record, place in
          if place >= before { body(record, place) }
        }
        offset = max(offset, batch.nextOffset)
      }
      // A read gives at least one whole batch; one that gives none would be repeated for ever.
      guard offset > before else { throw EventLogError.invalidBatch(.truncated(needed: 1, found: 0)) }
    }
  }
}
