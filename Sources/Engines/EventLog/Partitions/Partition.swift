internal import DurableFiles
internal import RecordBatches
internal import Synchronization

/// One partition: its number in the order journal, and its state under a lock of its own.
final class Partition: Sendable {
  let name: TopicPartition
  let number: Int
  private let state: Mutex<PartitionState>

  init(number: Int, _ state: PartitionState) {
    name = state.name
    self.number = number
    self.state = Mutex(state)
  }

  /// Runs `body` under the partition's lock; a form of `Mutex.withLock` that keeps the type of what is thrown.
  func withLock<Value: Sendable>(
    _ body: (inout PartitionState) throws(EventLogError) -> Value
  ) throws(EventLogError) -> Value {
    try state.withLock { (state: inout PartitionState) throws(EventLogError) -> Value in try body(&state) }
  }

  /// Runs `body`, which can't fail, under the partition's lock.
  func withLock<Value: Sendable>(_ body: (inout PartitionState) -> Value) -> Value {
    state.withLock { body(&$0) }
  }

  /// What makes everything durable that was appended up to now, and what is to be noted once it is.
  struct Checkpoint: Sendable {
    let file: AppendFile
    let index: SegmentIndexFile?
    let producers: ProducerStates
    let offset: Offset
    let directory: String
  }

  /// The partition as it is, for its index and producers to be written; no index where the written one is good.
  func checkpoint() -> Checkpoint? {
    withLock { state -> Checkpoint? in
      guard !state.isDeleted, state.isChanged, let last = state.segments.last else { return nil }
      return Checkpoint(
        file: last.file, index: last.indexedBytes == last.file.byteCount ? nil : last.indexFile,
        producers: state.producers, offset: state.endOffset, directory: state.directory)
    }
  }

  /// Writes what ``checkpoint()`` gave, whose bytes are durable by now.
  func write(_ checkpoint: Checkpoint) throws(FileError) {
    let failure = withLock { state -> FileError? in
      // The files may by now be those of another topic of the same name, or of a segment that was compacted.
      guard !state.isDeleted else { return nil }
      do throws(FileError) {
        try ProducerFile.write(checkpoint.producers, at: checkpoint.offset, directory: checkpoint.directory)
        state.checkpointedOffset = checkpoint.offset
        guard let last = state.segments.indices.last, state.segments[last].file === checkpoint.file,
          let index = checkpoint.index
        else { return nil }
        try index.write(ofSegment: checkpoint.file.path)
        state.segments[last].noteIndexed(index.segmentBytes)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }
}
