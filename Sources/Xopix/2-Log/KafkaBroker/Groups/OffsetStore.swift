/// Keeps groups and offsets over restarts. Reads are answered from memory; the store is written, and read at start.
protocol OffsetStore: Sendable {
  /// Everything that is kept.
  func load() throws(OffsetStoreError) -> StoredGroups

  /// Queues changes, which are made all or none, in the order of submission. `completion` is called once, on another
  /// thread or later, never before this returns; completions come in the order of submission too.
  func submit(
    _ changes: [OffsetChange], durability: OffsetDurability,
    completion: @escaping @Sendable (OffsetStoreError?) -> Void)

  /// Makes what was submitted, then refuses more.
  func close()
}

/// What a change survives once its completion was called.
enum OffsetDurability: Sendable, Comparable {
  /// The end of the process, but perhaps not a loss of power. Enough for offsets: a consumer whose last commits are
  /// lost reads some records again, which at-least-once consumers must bear anyway.
  case process
  /// A loss of power too. For offsets in transactions, which promise to be committed with what was written, once.
  case power
}

/// A change to what is kept.
enum OffsetChange: Sendable, Equatable {
  case saveGroup(GroupRecord)
  /// Removes a group, its offsets and its pending ones.
  case removeGroup(String)
  /// Keeps offsets; one whose sequence is lower than that of the partition's present one changes nothing.
  case commit(group: String, [StoredOffset])
  /// Removes offsets, pending ones included.
  case remove(group: String, [OffsetKey])
  /// Removes a topic's offsets from all groups.
  case forget(topic: String)
  /// Keeps offsets until their producer's transaction ends.
  case pend(producer: Int64, group: String, [StoredOffset])
  /// Drops a producer's pending offsets up to a sequence.
  case settle(producer: Int64, through: Int64)
}

/// What a store holds.
struct StoredGroups: Sendable, Equatable {
  var groups: [GroupRecord] = []
  var offsets: [String: [StoredOffset]] = [:]
  var pending: [Pending] = []

  /// Offsets of a transaction that had not ended.
  struct Pending: Sendable, Equatable {
    var producer: Int64
    var group: String
    var offset: StoredOffset
  }
}

/// Why offsets could not be read or kept.
enum OffsetStoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// SQLite's own words on opening, reading or writing the database at `path`.
  case database(path: String, message: String)
  /// The database was written by a later version: open it with that one.
  case futureVersion(path: String, version: Int)
  case closed

  var description: String {
    switch self {
    case .database(let path, let message): "The offsets in \(path) can't be read or written: \(message)."
    case .futureVersion(let path, let version):
      "The offsets in \(path) have format \(version), which is newer than this version of Xopix knows."
    case .closed: "The offsets' store is closed."
    }
  }
}
