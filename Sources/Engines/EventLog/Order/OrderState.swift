internal import Dispatch
internal import RecordBatches

/// The order over all partitions, and what of it is not durable yet: what the journal's lock protects.
///
/// The lock is taken while a partition's lock is held, never the other way round.
struct OrderState {
  var journal: OrderJournal
  /// The end of what the journal's entries cover, by partition number.
  var covered: [UInt32: Offset]
  /// Partitions with appends that are not durable yet.
  var dirty: Set<Int> = []
  /// Bytes that were appended since the last checkpoint.
  var bytesSinceCheckpoint = 0
  /// Why there are no more appends to any partition; nil while all is well.
  var failure: String?
  /// Those who wait for the next append.
  var waiting: [DispatchSemaphore] = []
  /// When what nobody waits for is synced next, in nanoseconds of `DispatchTime`; the greatest where that is not planned.
  var flushDeadline = UInt64.max

  /// Appends entries, in one write.
  mutating func append(_ entries: [OrderJournal.Entry], bytes: Int) throws(EventLogError) {
    if let failure { throw .readOnly(reason: failure) }
    do { try journal.append(entries) } catch { throw .storage(error) }
    for entry in entries {
      covered[entry.partition] = entry.nextOffset
      dirty.insert(Int(entry.partition))
    }
    bytesSinceCheckpoint += bytes
  }
}
