internal import Dispatch
internal import DurableFiles
public import RecordBatches
internal import Synchronization

/// A log of events on disk: topics, partitions, segments of Kafka record batches, and one order over all of them.
///
/// Any thread may append and read. An append is written when ``appendAll(_:)`` returns, and durable when
/// ``waitUntilDurable(_:)`` does.
public final class EventLog: Sendable {
  /// What opening the log found and mended.
  public let recovery: RecoveryReport
  private let state: Mutex<LogState>
  private let commit: GroupCommit
  /// Held while files are synced: a round beside another one would call durable what that is still syncing.
  private let syncing = Mutex(())

  /// The most records, and about the most bytes of them, that go into one batch.
  private static let largestBatch = (records: 5000, bytes: 1 << 20)

  /// Opens the log in `directory`, which is made where it does not exist, and mends what a crash left.
  ///
  /// The directory must not be open twice; its owner holds a lock.
  public static func open(
    directory: String, configuration: EventLogConfiguration = EventLogConfiguration()
  ) throws(EventLogError) -> EventLog {
    try EventLog(directory: directory, configuration: configuration)
  }

  private init(directory: String, configuration: EventLogConfiguration) throws(EventLogError) {
    var report = RecoveryReport()
    var opened = try LogState(directory: directory, configuration: configuration, report: &report)
    // What a crashed process had written and not synced may still be in the system's memory alone.
    opened.dirty = Set(opened.partitions.indices)
    recovery = report
    commit = GroupCommit(durable: opened.journal.count)
    state = Mutex(opened)
    try syncNow()
  }

  // MARK: Topics

  /// A topic and its number of partitions.
  public struct TopicDescription: Sendable, Equatable {
    /// The topic's name.
    public let name: String
    /// How many partitions it has.
    public let partitions: Int32
  }

  /// The topics, by name.
  public var topics: [TopicDescription] {
    state.withLock { state in
      state.topics.sorted { $0.key < $1.key }.map { TopicDescription(name: $0.key, partitions: $0.value) }
    }
  }

  /// How many partitions a topic has; nil where there is no such topic.
  public func partitionCount(_ topic: String) -> Int32? { state.withLock { $0.topics[topic] } }

  /// Makes a topic; nothing where it exists.
  ///
  /// - Parameter partitions: 1 to 1000; nil for the configured default.
  public func createTopic(_ name: String, partitions: Int32? = nil) throws(EventLogError) {
    // Kafka's rule for names.
    let isLegal = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isLegal, (1...249).contains(name.utf8.count), name != ".", name != ".." else {
      throw .invalidTopic(name: name, reason: "must be 1 to 249 letters, digits, dots, underscores or hyphens")
    }
    try locked { (state: inout LogState) throws(EventLogError) in
      guard state.topics[name] == nil else { return }
      let count = partitions ?? state.configuration.defaultPartitions
      guard (1...1000).contains(count) else {
        throw EventLogError.invalidTopic(name: name, reason: "must have 1 to 1000 partitions")
      }
      try state.addTopic(name, partitions: count)
    }
  }

  /// The partition for a record with `key`, as Kafka's clients choose it; partition 0 of an unknown topic.
  public func partition(for key: [UInt8]?, topic: String) -> Int32 {
    state.withLock { state in
      guard let count = state.topics[topic] else { return 0 }
      if key == nil { state.sequence &+= 1 }
      return Partitioner.partition(for: key, count: count, sequence: state.sequence)
    }
  }

  // MARK: Appending

  /// Where records went.
  public struct Appended: Sendable, Equatable {
    /// The offset of the first record.
    public let baseOffset: Offset
    /// The offset after the last record.
    public let nextOffset: Offset
    /// The ordinal, in the order over all partitions, of the last batch.
    public let ordinal: UInt64
  }

  /// Appends records to one partition.
  public func append(_ records: [Record], to partition: TopicPartition) throws(EventLogError) -> Appended {
    try appendAll([(partition, records)])[0]
  }

  /// Appends records to several partitions: all of them, or none where it throws.
  public func appendAll(_ groups: [(TopicPartition, [Record])]) throws(EventLogError) -> [Appended] {
    let compression = state.withLock { $0.configuration.compression }
    // Encoding is most of the work, and needs no lock: only the base offsets are filled in under it.
    var encoded: [(group: Int, bytes: [UInt8])] = []
    for (group, entry) in groups.enumerated() {
      for records in Self.batches(of: entry.1) {
        do throws(RecordBatchError) {
          encoded.append((group, try RecordBatchEncoder.encode(records, compression: compression)))
        } catch {
          throw .invalidBatch(error)
        }
      }
    }
    let (appended, waiting) = try locked { (state: inout LogState) throws(EventLogError) in
      let appended = try Self.write(encoded, for: groups.map(\.0), to: &state)
      defer { state.waiting = [] }
      return (appended, state.waiting)
    }
    for semaphore in waiting { semaphore.signal() }
    return appended
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

  private static func write(
    _ encoded: [(group: Int, bytes: [UInt8])], for partitions: [TopicPartition], to state: inout LogState
  ) throws(EventLogError) -> [Appended] {
    if let failure = state.failure { throw .readOnly(reason: failure) }
    for partition in partitions where state.numbers[partition] == nil { throw .unknownPartition(partition) }
    var places: [(number: Int, place: PartitionLog.Place)] = []
    var entries: [OrderJournal.Entry] = []
    var bases: [Int: Offset] = [:]
    var ends: [Int: Appended] = [:]
    do throws(EventLogError) {
      for (group, bytes) in encoded {
        guard let number = state.numbers[partitions[group]] else { continue }
        var bytes = bytes
        let base = state.partitions[number].endOffset
        RecordBatchEncoder.setBaseOffset(base, in: &bytes)
        let view: RecordBatchView
        do throws(RecordBatchError) { view = try RecordBatchView(bytes) } catch { throw .invalidBatch(error) }
        let place = try state.partitions[number].append(view, segmentBytes: state.configuration.segmentBytes)
        places.append((number, place))
        state.dirty.insert(number)
        entries.append(
          OrderJournal.Entry(
            partition: UInt32(number), recordCount: UInt32(view.count), baseOffset: base,
            position: UInt32(place.position)))
        if bases[group] == nil { bases[group] = base }
        ends[group] = Appended(
          baseOffset: bases[group] ?? base, nextOffset: place.next,
          ordinal: state.journal.count + UInt64(entries.count) - 1)
      }
      do throws(FileError) { try state.journal.append(entries) } catch { throw .storage(error) }
    } catch {
      // A sync that failed proves nothing when it is repeated: there are no more appends.
      if case .readOnly(let reason) = error { state.failure = reason }
      takeBack(places, from: &state)
      throw error
    }
    let end = state.journal.count
    return partitions.indices.map { group in
      ends[group]
        ?? Appended(
          baseOffset: state.partitions[state.numbers[partitions[group]] ?? 0].endOffset,
          nextOffset: state.partitions[state.numbers[partitions[group]] ?? 0].endOffset, ordinal: end == 0 ? 0 : end - 1
        )
    }
  }

  /// Takes back the part of a failed append that was written; where that fails too, there are no more appends.
  private static func takeBack(_ places: [(number: Int, place: PartitionLog.Place)], from state: inout LogState) {
    for (number, place) in places.reversed() {
      do throws(FileError) {
        try state.partitions[number].takeBack(place)
      } catch {
        state.failure = error.description
      }
    }
  }

  // MARK: Durability

  /// Returns once the batch at `ordinal`, and all before it, are on the disk; at once where there is no such batch.
  public func waitUntilDurable(_ ordinal: UInt64) async throws(EventLogError) {
    guard ordinal < endOrdinal else { return }
    try await commit.wait(for: ordinal) { [self] in syncRound() }
  }

  /// Makes everything appended so far durable, and notes how far the files are known to be whole.
  public func syncNow() throws(EventLogError) {
    let result = syncing.withLock { _ in
      Result { () throws(EventLogError) in
        _ = try syncFiles().get()
        let known = state.withLock { $0.dirty.isEmpty ? ($0.knownGood(), $0.directory) : nil }
        // Appends went on meanwhile: then the next call notes it.
        guard let (good, directory) = known else { return }
        do throws(FileError) { try good.write(directory: directory) } catch { throw .storage(error) }
      }
    }
    try result.get()
  }

  private func syncRound() -> Result<UInt64, EventLogError> { syncing.withLock { _ in syncFiles() } }

  /// Syncs what is not durable; returns the ordinal up to which everything is, exclusive. Needs ``syncing``.
  private func syncFiles() -> Result<UInt64, EventLogError> {
    let (files, end, failure) = state.withLock { state in
      let files = state.dirty.sorted().compactMap { state.partitions[$0].segments.last?.file } + [state.journal.file]
      defer { state.dirty = [] }
      return (files, state.journal.count, state.failure)
    }
    if let failure { return .failure(.readOnly(reason: failure)) }
    for file in files {
      do throws(FileError) {
        try file.sync()
      } catch {
        // The kernel may have dropped the data; syncing again would lie. Nothing more is taken until a restart.
        state.withLock { $0.failure = error.description }
        return .failure(.storage(error))
      }
    }
    commit.advance(to: end)
    return .success(end)
  }

  /// Makes everything durable. The log must not be used afterwards.
  public func close() throws(EventLogError) { try syncNow() }

  // MARK: Reading

  /// The first offset of a partition.
  public func startOffset(of partition: TopicPartition) -> Offset {
    withPartition(partition) { $0.startOffset } ?? Offset(rawValue: 0)
  }

  /// The offset that a partition's next record will have.
  public func endOffset(of partition: TopicPartition) -> Offset {
    withPartition(partition) { $0.endOffset } ?? Offset(rawValue: 0)
  }

  /// The end of every partition.
  public func endPositions() -> [TopicPartition: Offset] {
    state.withLock { state in
      Dictionary(uniqueKeysWithValues: state.partitions.map { ($0.name, $0.endOffset) })
    }
  }

  /// The ordinal that the next batch will have.
  public var endOrdinal: UInt64 { state.withLock { $0.journal.count } }

  /// Whole batches from the one that holds `offset` on, until about `maxBytes`; at least one if there is one.
  public func read(_ partition: TopicPartition, from offset: Offset, maxBytes: Int) throws(EventLogError) -> [UInt8] {
    let found = withPartition(partition) { log in
      (log.startOffset, log.endOffset, log.segment(holding: offset).map { log.segments[$0] })
    }
    guard let (start, end, segment) = found else { throw .unknownPartition(partition) }
    guard offset >= start, offset <= end else {
      throw .offsetOutOfRange(partition, asked: offset, start: start, end: end)
    }
    guard offset < end, let segment else { return [] }
    var bytes: [UInt8] = []
    var position = segment.position(before: offset)
    while position < segment.file.byteCount, bytes.isEmpty || bytes.count < maxBytes {
      do {
        let batch = try segment.wholeBatch(at: position)
        if try RecordBatchView(batch).nextOffset > offset { bytes += batch }
        position += batch.count
      } catch {
        throw .damaged(file: segment.file.path, position: position, reason: "\(error)")
      }
    }
    return bytes
  }

  /// Batches in the order in which they were appended, from `ordinal` on, until about `maxBytes`.
  public func readInOrder(from ordinal: UInt64, maxBytes: Int) throws(EventLogError) -> [OrderedBatch] {
    let journal = state.withLock { $0.journal }
    let entries = try journal.entries(from: ordinal, limit: 1024)
    let places = state.withLock { state in
      entries.map { entry in
        let partition = state.partitions[Int(entry.partition)]
        return (partition.name, partition.segment(holding: entry.baseOffset).map { partition.segments[$0] })
      }
    }
    var batches: [OrderedBatch] = []
    var total = 0
    for (index, (entry, (name, segment))) in zip(entries, places).enumerated() {
      guard total < maxBytes else { break }
      guard let segment else {
        let place = Int(ordinal) + index
        throw .damaged(file: journal.file.path, position: place, reason: "the batch of entry \(place) is gone")
      }
      do {
        let bytes = try segment.wholeBatch(at: Int(entry.position))
        total += bytes.count
        batches.append(
          OrderedBatch(
            ordinal: ordinal + UInt64(index), topicPartition: name, baseOffset: entry.baseOffset,
            nextOffset: entry.nextOffset, bytes: bytes))
      } catch {
        throw .damaged(file: segment.file.path, position: Int(entry.position), reason: "\(error)")
      }
    }
    return batches
  }

  /// Waits until there is a batch at `ordinal`; false when the time has passed without one.
  public func waitForAppend(at ordinal: UInt64, timeoutMilliseconds: Int) -> Bool {
    let semaphore = DispatchSemaphore(value: 0)
    let deadline = DispatchTime.now() + .milliseconds(timeoutMilliseconds)
    while true {
      let isThere = state.withLock { state in
        if state.journal.count > ordinal { return true }
        state.waiting.append(semaphore)
        return false
      }
      if isThere { return true }
      if semaphore.wait(timeout: deadline) == .timedOut {
        return state.withLock { state in
          state.waiting.removeAll { $0 === semaphore }
          return state.journal.count > ordinal
        }
      }
    }
  }

  /// Reads every batch and journal entry and returns what is damaged.
  public func verify() -> [Damage] {
    let (partitions, journal) = state.withLock { ($0.partitions, $0.journal) }
    var damages: [Damage] = []
    for partition in partitions {
      for segment in partition.segments {
        var position = 0
        let end = segment.file.byteCount
        while position < end {
          do {
            let batch = try segment.wholeBatch(at: position)
            try RecordBatchView(batch).forEachRecord { _, _ in }
            position += batch.count
          } catch {
            damages.append(Damage(file: segment.file.path, position: position, reason: "\(error)"))
            break
          }
        }
      }
    }
    var ordinal: UInt64 = 0
    while ordinal < journal.count {
      do throws(EventLogError) {
        ordinal += UInt64(try journal.entries(from: ordinal, limit: 4096).count)
      } catch {
        damages.append(Damage(file: journal.file.path, position: Int(ordinal), reason: error.description))
        break
      }
    }
    return damages
  }

  private func withPartition<Value: Sendable>(_ partition: TopicPartition, _ body: (PartitionLog) -> Value) -> Value? {
    state.withLock { state in state.numbers[partition].map { body(state.partitions[$0]) } }
  }

  /// Runs `body` under the lock; a typed-throws form of `Mutex.withLock`.
  private func locked<Value: Sendable>(
    _ body: (inout LogState) throws(EventLogError) -> Value
  ) throws(EventLogError) -> Value {
    let result = state.withLock { state in
      Result { () throws(EventLogError) in try body(&state) }
    }
    return try result.get()
  }
}

/// A batch with its place in the order over all partitions.
public struct OrderedBatch: Sendable {
  /// Its place in the order, from 0.
  public let ordinal: UInt64
  /// The partition that holds it.
  public let topicPartition: TopicPartition
  /// The offset of its first record.
  public let baseOffset: Offset
  /// The offset after its last record.
  public let nextOffset: Offset
  /// The batch as stored.
  public let bytes: [UInt8]
}

/// A place in a file that is not as it was written.
public struct Damage: Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The byte, or for the order journal the entry, from which on it is damaged.
  public let position: Int
  /// What is wrong there.
  public let reason: String

  /// One line.
  public var description: String { "\(file): at \(position): \(reason)" }
}
