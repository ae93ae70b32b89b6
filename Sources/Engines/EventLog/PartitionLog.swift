internal import DurableFiles
internal import RecordBatches

/// The segments of one partition, oldest first. Not thread-safe: its owner holds a lock.
struct PartitionLog {
  let name: TopicPartition
  /// The partition's number in the order journal.
  let number: UInt32
  let directory: String
  private(set) var segments: [Segment] = []

  /// Opens the partition's directory, or makes it.
  ///
  /// - Parameter knownGood: bytes of each segment that were whole and durable, by its path within the log's directory.
  init(
    name: TopicPartition, number: UInt32, directory: String, knownGood: [String: Int], report: inout RecoveryReport
  ) throws(EventLogError) {
    self.name = name
    self.number = number
    self.directory = directory
    let files: [String]
    do throws(FileError) {
      try Files.createDirectory(directory)
      files = try Files.list(directory)
    } catch {
      throw .storage(error)
    }
    let bases = files.compactMap(Segment.baseOffset(ofFile:)).sorted()
    for base in bases.isEmpty ? [Offset(rawValue: 0)] : bases {
      if let last = segments.last, last.nextOffset != base {
        // Appends go to the last segment only, so a crash can't tear an earlier one: this is damage.
        throw .damaged(
          file: last.file.path, position: last.file.byteCount,
          reason: "it ends at offset \(last.nextOffset.rawValue), and the next segment starts at \(base.rawValue)")
      }
      let key = Self.path(of: base, in: name)
      segments.append(
        try Segment(
          directory: directory, baseOffset: base, knownGood: knownGood[key] ?? 0, mayBeTorn: base == bases.last,
          report: &report))
    }
  }

  /// Makes the names of the partition's directory and of its segments durable.
  func syncNames() throws(EventLogError) {
    do throws(FileError) {
      try Files.syncDirectory(directory)
      try Files.syncDirectory(Files.directory(of: directory))
    } catch {
      throw .storage(error)
    }
  }

  /// A segment's path within the log's directory.
  static func path(of baseOffset: Offset, in partition: TopicPartition) -> String {
    "\(partition.topic)-\(partition.partition)/\(Segment.fileName(baseOffset: baseOffset))"
  }

  var startOffset: Offset { segments.first?.baseOffset ?? Offset(rawValue: 0) }
  var endOffset: Offset { segments.last?.nextOffset ?? Offset(rawValue: 0) }

  /// Where an append went: enough to take it back.
  struct Place {
    let segment: Int
    let position: Int
    let base: Offset
    let next: Offset
  }

  /// Appends a batch at the end, in a new segment where the last one is full.
  mutating func append(_ batch: RecordBatchView, segmentBytes: Int) throws(EventLogError) -> Place {
    if let last = segments.last, last.file.byteCount >= segmentBytes {
      do throws(FileError) { try last.file.sync() } catch { throw .readOnly(reason: error.description) }
      var report = RecoveryReport()
      segments.append(
        try Segment(
          directory: directory, baseOffset: last.nextOffset, knownGood: 0, mayBeTorn: true, report: &report))
      do throws(FileError) { try Files.syncDirectory(directory) } catch { throw .storage(error) }
    }
    let segment = segments.count - 1
    let base = endOffset
    do throws(FileError) {
      let position = try segments[segment].append(batch.bytes, next: batch.nextOffset, timestamp: batch.maxTimestamp)
      return Place(segment: segment, position: position, base: base, next: batch.nextOffset)
    } catch {
      throw .storage(error)
    }
  }

  /// Takes back the append at `place` and all after it.
  mutating func takeBack(_ place: Place) throws(FileError) {
    // A segment that was begun meanwhile is named by an offset that is taken back too.
    if segments.count > place.segment + 1 {
      for later in segments[(place.segment + 1)...] { try Files.remove(later.file.path) }
      try Files.syncDirectory(directory)
      segments.removeSubrange((place.segment + 1)...)
    }
    try segments[place.segment].cut(to: place.position, next: place.base)
  }

  /// The segment that holds `offset`, by index.
  func segment(holding offset: Offset) -> Int? {
    segments.lastIndex { $0.baseOffset <= offset }
  }
}
