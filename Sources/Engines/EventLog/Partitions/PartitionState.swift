internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// Everything of a partition that its lock protects: its segments, oldest first, and its producers.
struct PartitionState {
  let name: TopicPartition
  let directory: String
  var settings: TopicSettings
  var segments: [Segment] = []
  /// The offset of the first record that may be read.
  var startOffset: Offset
  var producers = ProducerStates()
  /// Why there are no more appends; nil while all is well.
  var failure: String?
  var isDeleted = false
  /// Whether offsets may be missing, as compaction and other clusters leave them out.
  private(set) var hasGaps: Bool
  /// Those to be told, once, of the next append.
  var watchers: [UInt64: @Sendable () -> Void] = [:]
  /// Where the `producers` file was written; nil where it is not known.
  var checkpointedOffset: Offset?

  /// Opens the partition's directory, or makes it.
  init(
    name: TopicPartition, directory: String, settings: TopicSettings, report: inout RecoveryReport
  ) throws(EventLogError) {
    self.name = name
    self.directory = directory
    self.settings = settings
    let files: [String]
    do throws(FileError) {
      try Files.createDirectory(directory)
      files = try Files.list(directory)
      // What a compaction had not finished.
      for file in files where file.hasSuffix(Compactor.suffix) { try Files.remove(directory + "/" + file) }
    } catch {
      throw .storage(error)
    }
    startOffset = try StartOffsetFile.read(directory: directory)
    let bases = files.compactMap(Segment.baseOffset(ofFile:)).sorted()
    hasGaps = GapsFile.exists(directory: directory)
    let allowsGaps = mayHaveGaps
    for base in bases.isEmpty ? [startOffset] : bases {
      if let last = segments.last, last.nextOffset != base, !(allowsGaps && last.nextOffset < base) {
        // Appends go to the last segment only, so a crash can't tear an earlier one: this is damage.
        throw .damaged(
          file: last.file.path, position: last.file.byteCount,
          reason: "it ends at offset \(last.nextOffset.rawValue), and the next segment starts at \(base.rawValue)")
      }
      let opening = Segment.Opening(isLast: base == bases.last || bases.isEmpty, allowsGaps: allowsGaps)
      segments.append(
        try Segment(directory: directory, baseOffset: base, opening: opening, report: &report))
    }
    // Records are durable before those before them are deleted; a disk that has lost them all the same has lost the end.
    startOffset = min(max(startOffset, segments.first?.baseOffset ?? startOffset), endOffset)
    try restoreProducers()
  }

  /// Reads the producers' states as of the last checkpoint, and notes the batches after it.
  private mutating func restoreProducers() throws(EventLogError) {
    var offset = segments.first?.baseOffset ?? startOffset
    if let known = ProducerFile.read(directory: directory), known.offset <= endOffset, known.offset >= offset {
      producers = known.states
      offset = known.offset
      checkpointedOffset = offset
    }
    try walk(from: offset) { step in
      if let isCommit = step.isCommit {
        producers.noteMarker(step.header, isCommit: isCommit)
      } else {
        producers.note(step.header)
      }
    }
  }

  /// Gives the batches from `offset` on, where one starts, to the end.
  func walk(from offset: Offset, _ body: (BatchWalker.Step) -> Void) throws(EventLogError) {
    guard offset < endOffset else { return }
    for segment in segments where segment.nextOffset > offset {
      var walker = BatchWalker(
        file: segment.file, from: segment.position(before: offset), to: segment.file.byteCount)
      do {
        while let step = try walker.next(isChecked: false) {
          if step.header.baseOffset >= offset { body(step) }
        }
      } catch let error as FileError {
        throw .storage(error)
      } catch {
        throw .damaged(file: segment.file.path, position: walker.position, reason: "\(error)")
      }
    }
  }

  var endOffset: Offset { segments.last?.nextOffset ?? startOffset }
  /// The offset up to which every transaction is decided.
  var lastStableOffset: Offset { producers.firstOpenOffset ?? endOffset }
  var byteCount: Int { segments.reduce(0) { $0 + $1.file.byteCount } }
  /// Whether anything was appended since the last checkpoint.
  var isChanged: Bool {
    checkpointedOffset != endOffset || segments.last.map { $0.indexedBytes != $0.file.byteCount } ?? false
  }

  /// Whether offsets that are missing are no damage.
  var mayHaveGaps: Bool { hasGaps || settings.isCompacting || settings.mirrors }

  /// Notes, before the first offset is left out, that there may be gaps.
  mutating func allowGaps() throws(EventLogError) {
    guard !hasGaps else { return }
    try GapsFile.write(directory: directory)
    hasGaps = true
  }

  /// Where the first batch starts that ends after `offset`; nil where there is none.
  func firstBatch(endingAfter offset: Offset) throws(EventLogError) -> Offset? {
    for segment in segments where segment.nextOffset > offset {
      if let start = try segment.start(ofBatchHolding: offset) { return start.baseOffset }
    }
    return nil
  }

  /// The segment that holds `offset`, by index; nil below the first.
  func segment(holding offset: Offset) -> Int? {
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  // MARK: Appending

  /// Where an append went: enough to take it back.
  struct Place {
    let segment: Int
    let position: Int
    let base: Offset
    let next: Offset
    let producers: ProducerStates.Producer?
    /// The segment's latest timestamp before.
    let maxTimestamp: Int64
    let header: RecordBatchHeader
  }

  /// Appends a batch at the end, in a new segment where the last one is full.
  ///
  /// - Parameters:
  ///   - isCommit: for the control batch that ends a transaction, how it ends.
  ///   - now: the time in milliseconds since 1970, where the producer numbers its batches.
  mutating func append(
    _ header: RecordBatchHeader, _ batch: RawSpan, isCommit: Bool? = nil, now: Int64 = .max
  ) throws(EventLogError) -> Place {
    if let failure { throw .readOnly(reason: failure) }
    if let last = segments.last, last.file.byteCount >= settings.segmentBytes { try roll() }
    let number = segments.count - 1
    let base = endOffset
    let before = producers.producers[header.producerID]
    let maxTimestamp = segments[number].maxTimestamp
    let position: Int
    do throws(FileError) {
      position = try segments[number].append(header, batch)
    } catch {
      throw .storage(error)
    }
    if let isCommit {
      producers.noteMarker(header, isCommit: isCommit, now: now)
    } else {
      producers.note(header, now: now)
    }
    return Place(
      segment: number, position: position, base: base, next: header.nextOffset, producers: before,
      maxTimestamp: maxTimestamp, header: header)
  }

  /// Ends the last segment and begins another.
  mutating func roll() throws(EventLogError) {
    guard let last = segments.indices.last, segments[last].file.byteCount > 0 else { return }
    try syncLastSegment()
    var report = RecoveryReport()
    let base = segments[last].nextOffset
    do throws(EventLogError) {
      let next = try Segment(
        directory: directory, baseOffset: base, opening: Segment.Opening(isLast: true, allowsGaps: false),
        report: &report)
      do throws(FileError) { try Files.syncDirectory(directory) } catch { throw .storage(error) }
      segments[last].seal()
      segments.append(next)
    } catch {
      // The segment before goes on, so that one named by its present end would contradict it when the log is opened.
      let path = directory + "/" + Segment.fileName(baseOffset: base)
      do throws(FileError) {
        if !Files.isDirectory(path) { try Files.remove(path) }
      } catch {
        failure = error.description
      }
      throw error
    }
  }

  /// Makes the last segment durable; earlier ones were when they were ended.
  mutating func syncLastSegment() throws(EventLogError) {
    do throws(FileError) {
      try segments.last?.file.sync()
    } catch {
      // A sync that failed proves nothing when it is repeated: there are no more appends.
      failure = error.description
      throw .readOnly(reason: error.description)
    }
  }

  /// Takes back the append at `place`, the last one.
  mutating func takeBack(_ place: Place) throws(FileError) {
    // A segment that was begun meanwhile is named by an offset that is taken back too.
    if segments.count > place.segment + 1 {
      for later in segments[(place.segment + 1)...] { try Files.remove(later.file.path) }
      try Files.syncDirectory(directory)
      segments.removeSubrange((place.segment + 1)...)
    }
    try segments[place.segment].cut(to: place.position, next: place.base, maxTimestamp: place.maxTimestamp)
    producers.restore(place.header.producerID, to: place.producers, from: place.base)
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
}
