/// Offsets that are committed with a producer's transaction.
extension GroupCoordinator {
  /// TxnOffsetCommit: keeps offsets until the producer's transaction ends. Replies once they survive a loss of power,
  /// with an error for each in their order. Whether the producer has such a transaction is the caller's to know.
  func pendTransactional(
    producerID: Int64, _ request: CommitRequest, reply: @escaping @Sendable ([GroupError]) -> Void
  ) {
    locked { state, now in
      let error = permission(for: request, isTransactional: true, in: &state, now: now)
      let (errors, stored) = state.admit(request, error, now: now)
      guard !stored.isEmpty else { return state.later { reply(errors) } }
      let group = request.groupID
      state.entries[group]?.writesInFlight += 1
      // At once, so that a transaction that ends before the write is made has them all, and stable reads wait.
      state.producers[producerID, default: []].insert(group)
      for offset in stored { state.entries[group]?.offsets.pend(offset, by: producerID) }
      submit([.pend(producer: producerID, group: group, stored)], durability: .power) { state, failure in
        state.entries[group]?.writesInFlight -= 1
        if failure != nil { state.update(group) { $0.withdraw(stored, of: producerID) } }
        let answers = failure == nil ? errors : errors.map { $0 == .none ? .coordinatorNotAvailable : $0 }
        state.later { reply(answers) }
      }
    }
  }

  /// The end of a producer's transaction: its pending offsets, of all groups, are committed or dropped. Replies once
  /// that survives a loss of power; after an error it may be called again, and a repeated call does nothing.
  func completeTransactional(
    producerID: Int64, commit: Bool, reply: @escaping @Sendable (GroupError) -> Void
  ) {
    locked { state, _ in
      if state.isShutDown { return state.later { reply(.notCoordinator) } }
      guard let groups = state.producers[producerID] else { return state.later { reply(.none) } }
      let last = state.lastSequence
      var changes: [OffsetChange] = []
      var committed: [(group: String, offsets: [StoredOffset])] = []
      for group in groups.sorted() {
        state.entries[group]?.writesInFlight += 1
        let pending = state.entries[group]?.offsets.pending[producerID] ?? [:]
        let offsets = commit ? pending.map { StoredOffset(key: $0.key, value: $0.value) } : []
        if !offsets.isEmpty { changes.append(.commit(group: group, offsets)) }
        committed.append((group, offsets))
      }
      changes.append(.settle(producer: producerID, through: last))
      let settled = committed
      submit(changes, durability: .power) { state, failure in
        for (group, offsets) in settled {
          state.entries[group]?.writesInFlight -= 1
          guard failure == nil else { continue }
          state.update(group) { stored in
            for offset in offsets { stored.commit(offset) }
            stored.settle(producerID, through: last)
          }
        }
        state.later { reply(failure == nil ? .none : .coordinatorNotAvailable) }
      }
    }
  }

  /// Producers that have pending offsets: after a start, each must be completed one way or the other.
  var producersWithPendingOffsets: [Int64] {
    locked { state, _ in state.producers.keys.sorted() }
  }
}
