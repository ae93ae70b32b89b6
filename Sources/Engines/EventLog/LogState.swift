internal import DurableFiles
internal import Dispatch
internal import RecordBatches

/// Everything of a log that its lock protects.
struct LogState {
  let directory: String
  let configuration: EventLogConfiguration
  var partitions: [PartitionLog] = []
  var numbers: [TopicPartition: Int] = [:]
  var topics: [String: Int32] = [:]
  var journal: OrderJournal
  /// Partitions with appends that are not durable yet.
  var dirty: Set<Int> = []
  /// Why there are no more appends; nil while all is well.
  var failure: String?
  /// Those who wait for the next append.
  var waiting: [DispatchSemaphore] = []
  /// Counts records without keys.
  var sequence: UInt64 = 0

  /// Opens the files, and mends what a crash left.
  init(directory: String, configuration: EventLogConfiguration, report: inout RecoveryReport) throws(EventLogError) {
    self.directory = directory
    self.configuration = configuration
    do throws(FileError) { try Files.createDirectory(directory) } catch { throw .storage(error) }
    let known = KnownGood.read(directory: directory)
    journal = try OrderJournal(directory: directory, report: &report)
    for partition in try PartitionTable.read(directory: directory) { try add(partition, known: known, report: &report) }
    try mendOrder(known: known, report: &report)
  }

  private mutating func add(
    _ name: TopicPartition, known: KnownGood, report: inout RecoveryReport
  ) throws(EventLogError) {
    let path = directory + "/\(name.topic)-\(name.partition)"
    partitions.append(
      try PartitionLog(
        name: name, number: UInt32(partitions.count), directory: path, knownGood: known.segments, report: &report))
    numbers[name] = partitions.count - 1
    topics[name.topic] = max(topics[name.topic] ?? 0, name.partition + 1)
  }

  /// Makes the topic's partitions, and their numbers durable before anything is appended to them.
  mutating func addTopic(_ name: String, partitions count: Int32) throws(EventLogError) {
    let added = (0..<count).map { TopicPartition(topic: name, partition: $0) }
    try PartitionTable.write(partitions.map(\.name) + added, directory: directory)
    var report = RecoveryReport()
    for partition in added {
      try add(partition, known: KnownGood(), report: &report)
      try partitions.last?.syncNames()
    }
  }

  // MARK: Order

  /// Makes the order journal and the segments agree: cuts entries whose batches are lost, adds batches without entry.
  private mutating func mendOrder(known: KnownGood, report: inout RecoveryReport) throws(EventLogError) {
    var covered = known.covered
    var ordinal = known.orderCount
    // A segment that has lost what was known to be in it makes the journal's entries doubtful too.
    let isLost = covered.contains { number, end in
      Int(number) >= partitions.count || partitions[Int(number)].endOffset < end
    }
    if isLost || ordinal > journal.count {
      covered = [:]
      ordinal = 0
    }
    reading: while ordinal < journal.count {
      let entries: [OrderJournal.Entry]
      do throws(EventLogError) {
        entries = try journal.entries(from: ordinal, limit: 4096)
      } catch {
        // Not known to be good, so torn by a crash: find the first bad entry one by one.
        guard let entry = try? journal.entries(from: ordinal, limit: 1).first, isWhole(entry, covered) else { break }
        covered[entry.partition] = entry.nextOffset
        ordinal += 1
        continue
      }
      for entry in entries {
        guard isWhole(entry, covered) else { break reading }
        covered[entry.partition] = entry.nextOffset
        ordinal += 1
      }
    }
    if ordinal < journal.count {
      report.droppedFromOrder = Int(journal.count - ordinal)
      try journal.cut(to: ordinal)
    }
    var missing: [OrderJournal.Entry] = []
    for partition in partitions.sorted(by: { $0.name < $1.name }) {
      missing += try entries(of: partition, from: covered[partition.number] ?? partition.startOffset)
    }
    if !missing.isEmpty {
      report.addedToOrder = missing.count
      do throws(FileError) { try journal.append(missing) } catch { throw .storage(error) }
    }
  }

  private func isWhole(_ entry: OrderJournal.Entry, _ covered: [UInt32: Offset]) -> Bool {
    guard Int(entry.partition) < partitions.count else { return false }
    let partition = partitions[Int(entry.partition)]
    let expected = covered[entry.partition] ?? partition.startOffset
    return entry.baseOffset == expected && entry.nextOffset <= partition.endOffset
  }

  /// The entries of a partition's batches from `offset` on.
  private func entries(of partition: PartitionLog, from offset: Offset) throws(EventLogError) -> [OrderJournal.Entry] {
    guard offset < partition.endOffset, let first = partition.segment(holding: offset) else { return [] }
    var entries: [OrderJournal.Entry] = []
    for segment in partition.segments[first...] {
      var position = segment.position(before: max(offset, segment.baseOffset))
      while position < segment.file.byteCount {
        do {
          let batch = try RecordBatchView(try segment.wholeBatch(at: position))
          if batch.baseOffset >= offset {
            entries.append(
              OrderJournal.Entry(
                partition: partition.number,
                recordCount: UInt32(batch.nextOffset.rawValue - batch.baseOffset.rawValue),
                baseOffset: batch.baseOffset, position: UInt32(position)))
          }
          position += batch.bytes.count
        } catch {
          throw .damaged(file: segment.file.path, position: position, reason: "\(error)")
        }
      }
    }
    return entries
  }

  /// The journal's end and what it covers, once everything is durable.
  func knownGood() -> KnownGood {
    var known = KnownGood()
    for partition in partitions {
      for segment in partition.segments {
        known.segments[PartitionLog.path(of: segment.baseOffset, in: partition.name)] = segment.file.byteCount
      }
      if partition.endOffset > partition.startOffset { known.covered[partition.number] = partition.endOffset }
    }
    known.orderCount = journal.count
    return known
  }
}
