internal import Dispatch
internal import DurableFiles
internal import RecordBatches
internal import Synchronization

extension EventLog {
  /// Bytes after which a checkpoint is taken, so that opening the log after a crash has no more than this to check.
  private static let checkpointBytes = 64 << 20

  /// Returns once the batch at `ordinal`, and all before it, are on the disk; at once where there is no such batch.
  public func waitUntilDurable(_ ordinal: UInt64) async throws(EventLogError) {
    guard ordinal < endOrdinal else { return }
    let result = await withCheckedContinuation { continuation in
      commit.whenDurable(ordinal, partition: nil, round: { [self] in syncRound() }) {
        continuation.resume(returning: $0)
      }
    }
    try result.get()
  }

  /// Returns once appends are on the disk; throws where one of them can't be brought there.
  public func waitUntilDurable(_ appended: [Appended]) async throws(EventLogError) {
    for append in appended {
      let result = await withCheckedContinuation { continuation in
        whenDurable(append) { continuation.resume(returning: $0) }
      }
      try result.get()
    }
  }

  /// Calls `body`, on a thread of the log's, once an append is on the disk or can't be brought there.
  ///
  /// What is appended meanwhile, to whatever partition, shares the next sync.
  public func whenDurable(
    _ appended: Appended, _ body: @escaping @Sendable (Result<Void, EventLogError>) -> Void
  ) {
    commit.whenDurable(appended.ordinal, partition: appended.partition, round: { [self] in syncRound() }, body)
  }

  /// Makes everything appended so far durable, and notes how far the files are known to be whole.
  public func syncNow() throws(EventLogError) {
    try syncing.withLock { _ throws(EventLogError) in
      let round = syncFiles(takesCheckpoint: true)
      if let failure = round.failure ?? round.failures.values.first { throw failure }
    }
  }

  /// Returns once everything appended so far is durable or can't be made so; shares a round with everybody who waits.
  func waitForRound() {
    let end = endOrdinal
    guard end > commit.durable else { return }
    let isOver = DispatchSemaphore(value: 0)
    commit.whenDurable(end - 1, partition: nil, round: { [self] in syncRound() }) { _ in isOver.signal() }
    isOver.wait()
  }

  func syncRound() -> GroupCommit.Round {
    syncing.withLock { _ in
      let takesCheckpoint = order.withLock { $0.bytesSinceCheckpoint > Self.checkpointBytes }
      return syncFiles(takesCheckpoint: takesCheckpoint)
    }
  }

  /// Sees to it that what was just appended is synced before long, even if nobody waits for it.
  func scheduleFlush(afterMilliseconds delay: Int64) {
    let milliseconds = min(max(delay, 0), 86_400_000)
    let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(milliseconds) * 1_000_000
    let isNeeded = order.withLock { order in
      guard deadline < order.flushDeadline else { return false }
      order.flushDeadline = deadline
      return true
    }
    guard isNeeded else { return }
    commit.scheduleRound(afterMilliseconds: Int(milliseconds)) { [weak self] in
      guard let self else { return }
      order.withLock { $0.flushDeadline = .max }
      // Whoever waits is told by a round of their own; a failure is told to the next append.
      _ = syncRound()
    }
  }

  /// Syncs what is not durable. Needs ``syncing``.
  private func syncFiles(takesCheckpoint: Bool) -> GroupCommit.Round {
    // Before it is known what is not durable: a checkpoint must not cover what this round does not sync.
    let all = takesCheckpoint ? registry.withLock { $0.partitions.compactMap { $0 } } : []
    let checkpoints = all.map { ($0, $0.checkpoint()) }
    let (dirty, journal, covered, failure) = order.withLock { order in
      defer {
        order.dirty = []
        if takesCheckpoint { order.bytesSinceCheckpoint = 0 }
      }
      return (order.dirty.sorted(), order.journal, order.covered, order.failure)
    }
    if let failure { return GroupCommit.Round(end: commit.durable, failure: .readOnly(reason: failure)) }
    var round = GroupCommit.Round(end: journal.count)
    if !dirty.isEmpty {
      let partitions = registry.withLock { registry in dirty.compactMap { registry.partitions[$0] } }
      let failed = sync(partitions, journal)
      round.failures = failed.partitions
      if let error = failed.journal {
        // The kernel may have dropped the data; syncing again would lie. Nothing more is taken until a restart.
        order.withLock { $0.failure = error.description }
        round.failure = .storage(error)
        return round
      }
    }
    commit.advance(to: round.end, failures: round.failures)
    if takesCheckpoint {
      note(checkpoints.filter { round.failures[$0.0.number] == nil }, covered: covered, count: journal.count)
    }
    return round
  }

  /// Syncs partitions and the journal beside one another, since the disk then writes them together. Which of them is
  /// durable first does not matter before the round is over: opening the log mends either.
  private func sync(
    _ partitions: [Partition], _ journal: OrderJournal
  ) -> (partitions: [Int: EventLogError], journal: FileError?) {
    let failed = Mutex<(partitions: [Int: EventLogError], journal: FileError?)>(([:], nil))
    DispatchQueue.concurrentPerform(iterations: partitions.count + 1) { number in
      guard number < partitions.count else {
        do throws(FileError) { try journal.file.sync() } catch { failed.withLock { $0.journal = error } }
        return
      }
      let partition = partitions[number]
      if let error = sync(partition) { failed.withLock { $0.partitions[partition.number] = error } }
    }
    return failed.withLock { $0 }
  }

  /// Syncs a partition's last segment; earlier ones were when they were ended. Returns why it could not.
  private func sync(_ partition: Partition) -> EventLogError? {
    let (file, failure) = partition.withLock { ($0.segments.last?.file, $0.isDeleted ? nil : $0.failure) }
    if let failure { return .readOnly(reason: failure) }
    do throws(FileError) {
      try file?.sync()
      return nil
    } catch {
      partition.withLock { $0.failure = error.description }
      return .storage(error)
    }
  }

  /// Writes the hints of how far everything is whole. Where that fails they are older than they could be, no more.
  private func note(
    _ checkpoints: [(Partition, Partition.Checkpoint?)], covered: [UInt32: Offset], count: UInt64
  ) {
    do throws(FileError) {
      for (partition, checkpoint) in checkpoints { if let checkpoint { try partition.write(checkpoint) } }
      try OrderCoverage(count: count, ends: covered).write(directory: directory)
    } catch {
      order.withLock { $0.bytesSinceCheckpoint = Self.checkpointBytes }
    }
  }
}
