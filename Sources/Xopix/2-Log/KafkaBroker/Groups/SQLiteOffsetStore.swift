internal import Dispatch
internal import GRDB
internal import Synchronization

/// Keeps groups and offsets in a SQLite database.
///
/// Changes are written by one queue, in transactions of whatever has gathered while the last one was made, so that
/// callers neither wait nor pay for a transaction each. The database is in WAL mode: `synchronous` is NORMAL, which
/// syncs at checkpoints only and loses no consistency, or FULL for a transaction in which somebody asked for
/// `OffsetDurability.power`; that one syncs all before it as well.
final class SQLiteOffsetStore: OffsetStore {
  /// The database's `user_version`.
  static let formatVersion = 1
  /// Submissions that one transaction takes at most, so that none waits long.
  static let batchLimit = 1_024

  private struct Submission: Sendable {
    var changes: [OffsetChange]
    var durability: OffsetDurability
    var completion: @Sendable (OffsetStoreError?) -> Void
  }

  private struct Pending: Sendable {
    var submissions: [Submission] = []
    var isDraining = false
    var isClosed = false
  }

  private let path: String
  private let database: DatabaseQueue
  private let writer = DispatchQueue(label: "xopix.offsets")
  private let pending = Mutex(Pending())
  private let batches = Mutex(0)

  /// How many transactions were made.
  var transactionCount: Int { batches.withLock { $0 } }

  /// The store in the file at `path`, which is made where it does not exist.
  init(path: String) throws(OffsetStoreError) {
    self.path = path
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    let version: Int
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      version = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    } catch {
      throw .database(path: path, message: "\(error)")
    }
    guard version <= Self.formatVersion else { throw .futureVersion(path: path, version: version) }
    do {
      try database.write { try $0.execute(sql: Self.schema) }
    } catch {
      throw .database(path: path, message: "\(error)")
    }
  }

  func submit(
    _ changes: [OffsetChange], durability: OffsetDurability,
    completion: @escaping @Sendable (OffsetStoreError?) -> Void
  ) {
    let (isClosed, starts) = pending.withLock { pending in
      guard !pending.isClosed else { return (true, false) }
      pending.submissions.append(Submission(changes: changes, durability: durability, completion: completion))
      defer { pending.isDraining = true }
      return (false, !pending.isDraining)
    }
    if isClosed {
      writer.async { completion(.closed) }
    } else if starts {
      writer.async { self.drain() }
    }
  }

  func close() {
    pending.withLock { $0.isClosed = true }
    writer.sync { drain() }
    // What is left of closing is SQLite's: a reader elsewhere may hold the file, and nothing is lost by that.
    _ = try? database.close()
  }

  private func drain() {
    while true {
      let batch = pending.withLock { pending in
        let batch = Array(pending.submissions.prefix(Self.batchLimit))
        pending.submissions.removeFirst(batch.count)
        if batch.isEmpty { pending.isDraining = false }
        return batch
      }
      guard !batch.isEmpty else { return }
      if batch.count > 1, write(batch) == nil {
        for submission in batch { submission.completion(nil) }
      } else {
        // Alone, or once more each by itself: one that can't be written must not fail the others.
        for submission in batch { submission.completion(write([submission])) }
      }
    }
  }

  private func write(_ batch: [Submission]) -> OffsetStoreError? {
    batches.withLock { $0 += 1 }
    let isPowerSafe = batch.contains { $0.durability == .power }
    do {
      try database.writeWithoutTransaction { database in
        if isPowerSafe { try database.execute(sql: "PRAGMA synchronous = FULL") }
        defer {
          // Left at FULL it would only be slower.
          if isPowerSafe { _ = try? database.execute(sql: "PRAGMA synchronous = NORMAL") }
        }
        try database.inTransaction(.immediate) {
          for submission in batch {
            for change in submission.changes { try Self.write(change, to: database) }
          }
          return .commit
        }
      }
      return nil
    } catch {
      return .database(path: path, message: "\(error)")
    }
  }

  func load() throws(OffsetStoreError) -> StoredGroups {
    do {
      return try database.read { try Self.load(from: $0) }
    } catch {
      throw .database(path: path, message: "\(error)")
    }
  }
}
