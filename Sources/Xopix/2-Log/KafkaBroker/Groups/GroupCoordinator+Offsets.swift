/// An offset to be committed.
struct OffsetCommit: Sendable, Equatable {
  var topic: String
  var partition: Int32
  var offset: Int64
  var leaderEpoch: Int32 = -1
  var metadata = ""
}

/// OffsetCommit and TxnOffsetCommit. The defaults are those of a consumer outside of group management.
struct CommitRequest: Sendable {
  var groupID: String
  var generation: Int32 = -1
  var memberID = ""
  var groupInstanceID: String?
  var offsets: [OffsetCommit]
  /// How long to keep them, where the client says so (versions 2 to 4).
  var retentionMilliseconds: Int64?
  /// OffsetCommit 9 and later: the client knows GROUP_ID_NOT_FOUND, which was ILLEGAL_GENERATION before.
  var knowsGroupIDNotFound = false
}

/// What OffsetFetch answers for a partition; without a commit an offset of -1 and no error.
struct FetchedOffset: Sendable, Equatable {
  var key: OffsetKey
  var offset: Int64 = -1
  var leaderEpoch: Int32 = -1
  var metadata = ""
  var error = GroupError.none
}

/// Committing, fetching and removing offsets.
extension GroupCoordinator {
  /// OffsetCommit. Replies with an error for each offset, in their order, once they outlive this process.
  /// Whether the partitions exist, and whether the client may read them, is the caller's to know.
  func commit(_ request: CommitRequest, reply: @escaping @Sendable ([GroupError]) -> Void) {
    locked { state, now in
      let error = permission(for: request, isTransactional: false, in: &state, now: now)
      let (errors, stored) = state.admit(request, error, now: now)
      guard !stored.isEmpty else { return state.later { reply(errors) } }
      let group = request.groupID
      state.entries[group]?.writesInFlight += 1
      submit([.commit(group: group, stored)], durability: .process) { state, failure in
        state.entries[group]?.writesInFlight -= 1
        if failure == nil {
          for offset in stored { state.entries[group]?.offsets.commit(offset) }
        }
        let answers = failure == nil ? errors : errors.map { $0 == .none ? .coordinatorNotAvailable : $0 }
        state.later { reply(answers) }
      }
    }
  }

  /// Whether the group takes such a commit; a group that only has offsets is made by its first one.
  func permission(
    for request: CommitRequest, isTransactional: Bool, in state: inout GroupCoordinatorState, now: Int64
  ) -> GroupError {
    if state.isShutDown { return .notCoordinator }
    if state.entries[request.groupID] == nil {
      guard request.generation < 0 else {
        return request.knowsGroupIDNotFound ? .groupIDNotFound : .illegalGeneration
      }
      // With nothing to keep there is nothing to make.
      return request.offsets.isEmpty ? .none : state.open(request.groupID, now: now)
    }
    var error = GroupError.none
    state.change(request.groupID) { group in
      let answer = group.permitCommit(
        memberID: request.memberID, groupInstanceID: request.groupInstanceID, generation: request.generation,
        isTransactional: isTransactional, now: now)
      error = answer.error
      return answer.actions
    }
    // A group that nothing was kept of is gone by now.
    return error == .none && !request.offsets.isEmpty ? state.open(request.groupID, now: now) : error
  }

  /// OffsetFetch: of the partitions asked for, in their order, or of all that have a commit where `keys` is nil.
  ///
  /// With `requireStable` a partition that a transaction under way may change has UNSTABLE_OFFSET_COMMIT (KIP-447).
  func fetchOffsets(
    groupID: String, keys: [OffsetKey]?, requireStable: Bool
  ) -> (error: GroupError, offsets: [FetchedOffset]) {
    locked { state, _ in
      if state.isShutDown { return (.notCoordinator, []) }
      guard let entry = state.entries[groupID], entry.group.state != .dead else {
        return (.none, (keys ?? []).map { FetchedOffset(key: $0) })
      }
      let offsets = entry.offsets
      let wanted =
        keys
        ?? offsets.committed.keys.sorted().flatMap { topic in
          (offsets.committed[topic] ?? [:]).keys.sorted().map { OffsetKey(topic: topic, partition: $0) }
        }
      return (
        .none,
        wanted.map { key in
          if requireStable, offsets.isUnstable(key) {
            return FetchedOffset(key: key, error: .unstableOffsetCommit)
          }
          guard let value = offsets[key] else { return FetchedOffset(key: key) }
          return FetchedOffset(
            key: key, offset: value.offset, leaderEpoch: value.leaderEpoch, metadata: value.metadata)
        }
      )
    }
  }

  /// OffsetDelete: an error for the whole, and one for each key in their order.
  func deleteOffsets(
    groupID: String, keys: [OffsetKey], reply: @escaping @Sendable (GroupError, [GroupError]) -> Void
  ) {
    locked { state, _ in
      if state.isShutDown { return state.later { reply(.notCoordinator, []) } }
      guard let entry = state.entries[groupID], entry.group.state != .dead else {
        return state.later { reply(.groupIDNotFound, []) }
      }
      guard entry.group.state == .empty || entry.group.isOfConsumers else {
        return state.later { reply(.nonEmptyGroup, []) }
      }
      let errors = keys.map { entry.group.isSubscribed(to: $0.topic) ? GroupError.groupSubscribedToTopic : .none }
      let removed = zip(keys, errors).filter { $1 == .none }.map(\.0)
      guard !removed.isEmpty else { return state.later { reply(.none, errors) } }
      state.entries[groupID]?.writesInFlight += 1
      submit([.remove(group: groupID, removed)], durability: .process) { state, failure in
        state.entries[groupID]?.writesInFlight -= 1
        if failure == nil { state.remove(removed, from: groupID) }
        state.later { failure == nil ? reply(.none, errors) : reply(.coordinatorNotAvailable, []) }
      }
    }
  }

  /// Removes a deleted topic's offsets from all groups, so that a new topic of the name begins without any.
  func forget(topic: String, done: @escaping @Sendable (GroupError) -> Void) {
    locked { state, _ in
      if state.isShutDown { return state.later { done(.notCoordinator) } }
      submit([.forget(topic: topic)], durability: .process) { state, failure in
        if failure == nil {
          for id in state.entries.keys.sorted() { state.update(id) { $0.forget(topic: topic) } }
        }
        state.later { done(failure == nil ? .none : .coordinatorNotAvailable) }
      }
    }
  }

  /// Removes expired offsets, and groups that then have neither members nor offsets.
  ///
  /// An empty group's offsets expire when it has been empty, and they have been unchanged, for the retention; a group's
  /// without members ever, and those of topics that a stable group no longer subscribes to, by their own age.
  func expireOffsets(in state: inout GroupCoordinatorState, now: Int64) {
    var changes: [OffsetChange] = []
    var expired: [(group: String, keys: [OffsetKey])] = []
    var removed: [String] = []
    for (id, entry) in state.entries where entry.writesInFlight == 0 && entry.group.state != .dead {
      let keys = entry.expired(now: now, retention: settings.offsetsRetentionMilliseconds)
      let remaining = entry.offsets.committed.values.reduce(0) { $0 + $1.count } - keys.count
      if entry.group.state == .empty, entry.group.pendingJoin.isEmpty, remaining == 0, entry.offsets.pending.isEmpty {
        removed.append(id)
        changes.append(.removeGroup(id))
      } else if !keys.isEmpty {
        expired.append((id, keys))
        changes.append(.remove(group: id, keys))
      }
    }
    guard !changes.isEmpty else { return }
    // A group that became empty in this very turn is saved before it is removed.
    changes = state.saves.map(OffsetChange.saveGroup) + changes
    state.saves = []
    let (emptied, shortened) = (removed, expired)
    for id in emptied { state.change(id) { $0.retire(now: now).actions } }
    for (id, _) in shortened { state.entries[id]?.writesInFlight += 1 }
    submit(changes, durability: .process) { state, failure in
      for id in emptied { state.finishRetiring(id, removed: failure == nil) }
      for (id, keys) in shortened {
        state.entries[id]?.writesInFlight -= 1
        if failure == nil { state.remove(keys, from: id) }
      }
    }
  }
}

extension GroupCoordinatorState {
  /// Gives offsets their sequence, and says what is wrong with each.
  mutating func admit(
    _ request: CommitRequest, _ error: GroupError, now: Int64
  ) -> (errors: [GroupError], stored: [StoredOffset]) {
    var stored: [StoredOffset] = []
    let errors = request.offsets.map { offset in
      guard error == .none else { return error }
      // Kafka counts in UTF-16; a text is never longer so than in UTF-8.
      let limit = settings.maximumOffsetMetadataLength
      guard offset.metadata.utf8.count <= limit || offset.metadata.utf16.count <= limit else {
        return GroupError.offsetMetadataTooLarge
      }
      lastSequence += 1
      stored.append(
        StoredOffset(
          key: OffsetKey(topic: offset.topic, partition: offset.partition),
          value: CommittedOffset(
            offset: offset.offset, leaderEpoch: offset.leaderEpoch, metadata: offset.metadata, committedAt: now,
            expiresAt: request.retentionMilliseconds.map { now + min($0, GroupSettings.longestRetentionMilliseconds) },
            sequence: lastSequence)))
      return .none
    }
    if stored.isEmpty { discardIfUnused(request.groupID) }
    return (errors, stored)
  }

  /// Changes a group's offsets, and keeps in mind which producers have pending ones there.
  mutating func update(_ id: String, _ body: (inout GroupOffsets) -> Void) {
    guard let index = entries.index(forKey: id) else { return }
    let before = Array(entries[index].value.offsets.pending.keys)
    body(&entries.values[index].offsets)
    for producer in before where entries[index].value.offsets.pending[producer] == nil {
      producers[producer]?.remove(id)
      if producers[producer]?.isEmpty == true { producers[producer] = nil }
    }
  }

  mutating func remove(_ keys: [OffsetKey], from id: String) {
    update(id) { offsets in
      for key in keys { offsets.remove(key) }
    }
  }

  /// Ends a deletion: the group is gone, or usable again.
  mutating func finishRetiring(_ id: String, removed: Bool) {
    if removed {
      update(id) { $0 = GroupOffsets() }
      remove(id)
    } else {
      entries[id]?.group.revive()
    }
  }
}

extension GroupCoordinatorState.Entry {
  func expired(now: Int64, retention: Int64) -> [OffsetKey] {
    if group.protocolType == nil {
      return offsets.expired(now: now, retention: retention, where: { _ in true }, since: \.committedAt)
    }
    if group.state == .empty {
      return offsets.expired(
        now: now, retention: retention, where: { _ in true }, since: { max(group.changedAt, $0.committedAt) })
    }
    guard group.state == .stable, let subscribed = group.subscribedTopics else { return [] }
    return offsets.expired(
      now: now, retention: retention, where: { !subscribed.contains($0) }, since: \.committedAt)
  }
}
