/// Names a partition within a group's offsets.
struct OffsetKey: Hashable, Sendable {
  var topic: String
  var partition: Int32
}

/// An offset as it was committed.
struct CommittedOffset: Hashable, Sendable {
  var offset: Int64
  /// -1 where the client did not say.
  var leaderEpoch: Int32 = -1
  var metadata = ""
  /// Milliseconds since 1970.
  var committedAt: Int64
  /// When it expires, where the client said so (OffsetCommit up to version 4).
  var expiresAt: Int64?
  /// Grows with every commit to this broker. Of two commits of one partition the higher one counts, whenever the
  /// transaction of the lower one ends.
  var sequence: Int64
}

/// An offset and its partition.
struct StoredOffset: Hashable, Sendable {
  var key: OffsetKey
  var value: CommittedOffset
}

/// The offsets of one group: committed ones, and those that wait for their transaction's end.
struct GroupOffsets: Sendable {
  /// By topic, then by partition.
  private(set) var committed: [String: [Int32: CommittedOffset]] = [:]
  /// By producer id.
  private(set) var pending: [Int64: [OffsetKey: CommittedOffset]] = [:]

  var isEmpty: Bool { committed.isEmpty && pending.isEmpty }

  subscript(_ key: OffsetKey) -> CommittedOffset? { committed[key.topic]?[key.partition] }

  /// Whether a transaction under way may change this partition's offset.
  func isUnstable(_ key: OffsetKey) -> Bool {
    !pending.isEmpty && pending.values.contains { $0[key] != nil }
  }

  mutating func commit(_ stored: StoredOffset) {
    let key = stored.key
    if let present = self[key], present.sequence > stored.value.sequence { return }
    committed[key.topic, default: [:]][key.partition] = stored.value
  }

  mutating func remove(_ key: OffsetKey) {
    committed[key.topic]?[key.partition] = nil
    if committed[key.topic]?.isEmpty == true { committed[key.topic] = nil }
    for producer in pending.keys { removePending(key, of: producer) }
  }

  mutating func forget(topic: String) {
    committed[topic] = nil
    for (producer, offsets) in pending {
      for key in offsets.keys where key.topic == topic { removePending(key, of: producer) }
    }
  }

  mutating func pend(_ stored: StoredOffset, by producer: Int64) {
    if let present = pending[producer]?[stored.key], present.sequence > stored.value.sequence { return }
    pending[producer, default: [:]][stored.key] = stored.value
  }

  /// Drops a producer's pending offsets up to a sequence: later ones belong to its next transaction.
  mutating func settle(_ producer: Int64, through sequence: Int64) {
    for (key, value) in pending[producer] ?? [:] where value.sequence <= sequence { removePending(key, of: producer) }
  }

  /// Drops exactly these pending offsets, which could not be stored.
  mutating func withdraw(_ offsets: [StoredOffset], of producer: Int64) {
    for stored in offsets where pending[producer]?[stored.key]?.sequence == stored.value.sequence {
      removePending(stored.key, of: producer)
    }
  }

  private mutating func removePending(_ key: OffsetKey, of producer: Int64) {
    pending[producer]?[key] = nil
    if pending[producer]?.isEmpty == true { pending[producer] = nil }
  }

  /// What has expired: `base` is the time that a commit's retention counts from.
  func expired(
    now: Int64, retention: Int64, where isCandidate: (String) -> Bool, since base: (CommittedOffset) -> Int64
  )
    -> [OffsetKey]
  {
    var keys: [OffsetKey] = []
    for (topic, partitions) in committed where isCandidate(topic) {
      for (partition, value) in partitions {
        let key = OffsetKey(topic: topic, partition: partition)
        let end = value.expiresAt ?? (base(value) + retention)
        if now >= end, !isUnstable(key) { keys.append(key) }
      }
    }
    return keys
  }
}
