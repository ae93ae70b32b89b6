internal import Dispatch
internal import ByteCoding
internal import DurableFiles
public import RecordBatches
internal import Synchronization

/// Where records went.
public struct Appended: Sendable, Equatable {
  /// The offset of the first record.
  public let baseOffset: Offset
  /// The offset after the last record.
  public let nextOffset: Offset
  /// The ordinal, in the order over all partitions, of the last batch.
  public let ordinal: UInt64
  /// The partition's number in the order journal.
  let partition: Int
  /// Whether the batch had been appended before, and was not again.
  public var isRepeated = false
}

extension EventLog {
  /// The most records, and about the most bytes of them, that go into one batch.
  static let largestBatch = (records: 5000, bytes: 1 << 20)

  /// Appends records to one partition.
  public func append(_ records: [Record], to partition: TopicPartition) throws(EventLogError) -> Appended {
    try appendAll([(partition, records)])[0]
  }

  /// Appends records to several partitions: all of them, or none where it throws.
  public func appendAll(_ groups: [(TopicPartition, [Record])]) throws(EventLogError) -> [Appended] {
    // Encoding is most of the work, and needs no lock: only the base offsets are filled in under one.
    var encoded: [EncodedGroup] = []
    for (group, (name, records)) in groups.enumerated() {
      let partition = try find(name)
      var batches: [[UInt8]] = []
      for records in Self.batches(of: records) {
        do throws(RecordBatchError) {
          batches.append(try RecordBatchEncoder.encode(records, compression: configuration.compression))
        } catch {
          throw .invalidBatch(error)
        }
      }
      encoded.append(EncodedGroup(number: group, partition: partition, batches: batches))
    }
    // Locks are taken in the order of the partitions' numbers; groups of one partition share one.
    let byPartition = Dictionary(grouping: encoded) { $0.partition.number }.sorted { $0.key < $1.key }.map(\.value)
    var writes: [GroupWrite] = []
    let first = try append(byPartition[...], after: &writes)
    var appended = groups.indices.map { group in
      Appended(
        baseOffset: first.ends[encoded[group].partition.number] ?? Offset(rawValue: 0),
        nextOffset: first.ends[encoded[group].partition.number] ?? Offset(rawValue: 0),
        ordinal: first.ordinal == 0 ? 0 : first.ordinal - 1, partition: encoded[group].partition.number)
    }
    for (place, write) in first.writes.enumerated() {
      let isFirst = place == 0 || first.writes[place - 1].group != write.group
      appended[write.group] = Appended(
        baseOffset: isFirst ? write.entry.baseOffset : appended[write.group].baseOffset,
        nextOffset: write.entry.nextOffset, ordinal: first.ordinal + UInt64(place), partition: write.partition.number)
    }
    let flush = Set(encoded.map(\.partition.number)).count == 0 ? nil : first.flushMilliseconds
    if let flush, !first.writes.isEmpty { scheduleFlush(afterMilliseconds: flush) }
    return appended
  }

  private struct EncodedGroup {
    let number: Int
    let partition: Partition
    let batches: [[UInt8]]
  }

  private struct GroupWrite {
    let group: Int
    let partition: Partition
    let entry: OrderJournal.Entry
    let byteCount: Int
  }

  private struct Written {
    /// The writes in the order of their journal entries.
    let writes: [GroupWrite]
    /// The ordinal of the first.
    let ordinal: UInt64
    /// Each partition's end before the append.
    var ends: [Int: Offset]
    let flushMilliseconds: Int64
  }

  /// Appends the groups of each partition under its lock, while holding those of the partitions before; then writes the
  /// journal's entries in the order of the groups. Where anything fails, everything is taken back on the way out.
  private func append(
    _ rest: ArraySlice<[EncodedGroup]>, after writes: inout [GroupWrite]
  ) throws(EventLogError) -> Written {
    guard let groups = rest.first, let partition = groups.first?.partition else {
      let ordered = writes.enumerated().sorted { ($0.element.group, $0.offset) < ($1.element.group, $1.offset) }
        .map(\.element)
      let ordinal = try appendToOrder(ordered.map(\.entry), bytes: ordered.reduce(0) { $0 + $1.byteCount })
      return Written(writes: ordered, ordinal: ordinal, ends: [:], flushMilliseconds: .max)
    }
    var collected = writes
    let written = try partition.withLock { (state: inout PartitionState) throws(EventLogError) -> Written in
      let end = state.endOffset
      var places: [PartitionState.Place] = []
      do throws(EventLogError) {
        for group in groups {
          for batch in group.batches {
            let place = try Self.append(batch, to: &state)
            places.append(place)
            collected.append(
              GroupWrite(
                group: group.number, partition: partition,
                entry: OrderJournal.Entry(
                  partition: UInt32(partition.number), header: place.header, position: place.position),
                byteCount: batch.count))
          }
        }
        let inner = try append(rest.dropFirst(), after: &collected)
        var ends = inner.ends
        ends[partition.number] = end
        if !places.isEmpty { wake(&state) }
        return Written(
          writes: inner.writes, ordinal: inner.ordinal, ends: ends,
          flushMilliseconds: min(inner.flushMilliseconds, state.settings.flushMilliseconds))
      } catch {
        Self.takeBack(places, from: &state)
        throw error
      }
    }
    writes = collected
    return written
  }

  private static func append(
    _ batch: [UInt8], isCommit: Bool? = nil, now: Int64 = .max, to state: inout PartitionState
  ) throws(EventLogError) -> PartitionState.Place {
    do {
      let header = try RecordBatchHeader(reading: batch.rawBytes)
      return try state.append(header.rebased(to: state.endOffset), batch.rawBytes, isCommit: isCommit, now: now)
    } catch let error as EventLogError {
      throw error
    } catch let error as RecordBatchError {
      throw .invalidBatch(error)
    } catch {
      throw .invalidBatch(.malformed("\(error)"))
    }
  }

  /// Takes back the part of a failed append that was written; where that fails too, there are no more appends.
  private static func takeBack(_ places: [PartitionState.Place], from state: inout PartitionState) {
    for place in places.reversed() {
      do throws(FileError) { try state.takeBack(place) } catch { state.failure = error.description }
    }
  }

  /// Writes entries to the journal; returns the ordinal of the first. Whoever waits for the order is told.
  private func appendToOrder(_ entries: [OrderJournal.Entry], bytes: Int) throws(EventLogError) -> UInt64 {
    let (ordinal, waiting) = try order.withLock { (order: inout OrderState) throws(EventLogError) in
      let ordinal = order.journal.count
      if !entries.isEmpty { try order.append(entries, bytes: bytes) }
      defer { order.waiting = [] }
      return (ordinal, order.waiting)
    }
    for semaphore in waiting { semaphore.signal() }
    return ordinal
  }

  /// Tells those who watch the partition. They must be quick, and must not call the log: its locks are held.
  private func wake(_ state: inout PartitionState) {
    guard !state.watchers.isEmpty else { return }
    for watcher in state.watchers.values { watcher() }
    state.watchers = [:]
  }

  // MARK: Batches of producers

  /// Appends a batch as a producer made it, with its own compression; its offsets are given here.
  ///
  /// A batch that its producer sends again is recognised by its sequence number and not appended again.
  ///
  /// - Parameters:
  ///   - batch: a batch that ``ProducedBatch`` has checked, with the header it gave.
  ///   - now: the time in milliseconds since 1970, for topics that stamp records with their arrival.
  public func append(
    _ batch: RawSpan, header: RecordBatchHeader, to name: TopicPartition, now: Int64
  ) throws(EventLogError) -> Appended {
    let partition = try find(name)
    let (appended, flush) = try partition.withLock {
      (state: inout PartitionState) throws(EventLogError) -> (Appended, Int64) in
      guard batch.byteCount <= state.settings.maxMessageBytes else {
        throw .batchTooLarge(name, bytes: batch.byteCount, limit: state.settings.maxMessageBytes)
      }
      if let failure = state.failure { throw .readOnly(reason: failure) }
      if let same = try state.producers.check(header, in: name) {
        let appended = Appended(
          baseOffset: same.baseOffset, nextOffset: same.lastOffset.advanced(by: 1), ordinal: endOrdinal &- 1,
          partition: partition.number, isRepeated: true)
        return (appended, .max)
      }
      let place: PartitionState.Place
      if state.settings.usesLogAppendTime {
        var stamped = [UInt8](copying: batch)
        RecordBatchEncoder.setLogAppendTime(now, in: &stamped)
        place = try Self.append(stamped, now: now, to: &state)
      } else {
        place = try state.append(header.rebased(to: state.endOffset), batch, now: now)
      }
      return (try finish(place, bytes: batch.byteCount, partition, &state), state.settings.flushMilliseconds)
    }
    if !appended.isRepeated { scheduleFlush(afterMilliseconds: flush) }
    return appended
  }

  /// Ends a producer's transaction in a partition, by a control batch of one offset.
  public func appendMarker(
    to name: TopicPartition, producerID: Int64, epoch: Int16, coordinatorEpoch: Int32, isCommit: Bool, now: Int64
  ) throws(EventLogError) -> Appended {
    let partition = try find(name)
    let marker = ControlMarker(isCommit: isCommit, coordinatorEpoch: coordinatorEpoch)
    let batch: [UInt8]
    do throws(RecordBatchError) {
      batch = try RecordBatchEncoder.encodeControl(
        marker, producerID: producerID, producerEpoch: epoch, timestamp: now)
    } catch {
      throw .invalidBatch(error)
    }
    let (appended, flush) = try partition.withLock {
      (state: inout PartitionState) throws(EventLogError) -> (Appended, Int64) in
      try state.producers.checkMarker(producerID: producerID, epoch: epoch, in: name)
      let place = try Self.append(batch, isCommit: isCommit, now: now, to: &state)
      return (try finish(place, bytes: batch.count, partition, &state), state.settings.flushMilliseconds)
    }
    scheduleFlush(afterMilliseconds: flush)
    return appended
  }

  func finish(
    _ place: PartitionState.Place, bytes: Int, _ partition: Partition, _ state: inout PartitionState
  ) throws(EventLogError) -> Appended {
    do throws(EventLogError) {
      let entry = OrderJournal.Entry(
        partition: UInt32(partition.number), header: place.header, position: place.position)
      let ordinal = try appendToOrder([entry], bytes: bytes)
      wake(&state)
      return Appended(
        baseOffset: place.base, nextOffset: place.next, ordinal: ordinal, partition: partition.number)
    } catch {
      Self.takeBack([place], from: &state)
      throw error
    }
  }

  /// Cuts records into batches of bounded size.
  private static func batches(of records: [Record]) -> [[Record]] {
    var batches: [[Record]] = []
    var current: [Record] = []
    var bytes = 0
    for record in records {
      let size = (record.key?.count ?? 0) + (record.value?.count ?? 0) + 32
      if !current.isEmpty, current.count == largestBatch.records || bytes + size > largestBatch.bytes {
        batches.append(current)
        current = []
        bytes = 0
      }
      current.append(record)
      bytes += size
    }
    if !current.isEmpty { batches.append(current) }
    return batches
  }
}
