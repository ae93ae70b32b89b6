/// What `GroupCoordinator` guards by its lock.
struct GroupCoordinatorState: Sendable {
  /// A group with its offsets.
  struct Entry: Sendable {
    var group: ConsumerGroup
    var offsets = GroupOffsets()
    /// Writes that are queued for it: until they are made it is neither removed nor searched for expired offsets.
    var writesInFlight = 0

    /// Whether nothing would be lost with it.
    var isUnused: Bool {
      group.state == .empty && group.pendingJoin.isEmpty && offsets.isEmpty && writesInFlight == 0
    }
  }

  enum Timer: Hashable, Sendable {
    case group(String, GroupTimer)
    case retention
  }

  enum Waiter: Sendable {
    case join(@Sendable (JoinReply) -> Void)
    case sync(@Sendable (SyncReply) -> Void)
  }

  let settings: GroupSettings
  var entries: [String: Entry] = [:]
  /// What the groups hold, nearly; what they were given is checked against `GroupSettings.maximumTotalBytes`.
  private(set) var heldBytes = 0
  /// Groups in which a producer has pending offsets.
  var producers: [Int64: Set<String>] = [:]
  var timers = GroupTimerQueue<Timer>()
  /// Parked requests.
  var waiters: [ReplyToken: Waiter] = [:]
  var nextToken: UInt64 = 0
  var lastSequence: Int64 = 0
  /// Wakes asked of the clock that have not come.
  var wakes: [Int64] = []
  /// Groups to be saved when this turn under the lock ends.
  var saves: [GroupRecord] = []
  /// Callbacks to be called when the lock is released.
  private var ready: [@Sendable () -> Void] = []
  var isShutDown = false

  init(_ stored: StoredGroups, settings: GroupSettings) {
    self.settings = settings
    for record in stored.groups {
      entries[record.groupID] = Entry(group: ConsumerGroup(record, settings: settings))
      heldBytes += ConsumerGroup.heldBytes(ofID: record.groupID)
    }
    for (id, offsets) in stored.offsets {
      for offset in offsets {
        lastSequence = max(lastSequence, offset.value.sequence)
        loadedEntry(id, at: offset.value.committedAt) { $0.offsets.commit(offset) }
      }
    }
    for pending in stored.pending {
      lastSequence = max(lastSequence, pending.offset.value.sequence)
      producers[pending.producer, default: []].insert(pending.group)
      loadedEntry(pending.group, at: pending.offset.value.committedAt) {
        $0.offsets.pend(pending.offset, by: pending.producer)
      }
    }
  }

  private mutating func loadedEntry(_ id: String, at time: Int64, _ body: (inout Entry) -> Void) {
    if entries[id] == nil { heldBytes += ConsumerGroup.heldBytes(ofID: id) }
    body(&entries[id, default: Entry(group: ConsumerGroup(id: id, settings: settings, now: time))])
  }

  /// Finds or makes a group. Fails where there are as many as may be.
  mutating func open(_ id: String, now: Int64) -> GroupError {
    if entries[id] != nil { return .none }
    guard entries.count < settings.maximumGroups, hasRoom(for: ConsumerGroup.heldBytes(ofID: id)) else {
      return .policyViolation
    }
    entries[id] = Entry(group: ConsumerGroup(id: id, settings: settings, now: now))
    heldBytes += ConsumerGroup.heldBytes(ofID: id)
    return .none
  }

  /// Whether groups may hold so much more.
  func hasRoom(for bytes: Int) -> Bool { bytes <= 0 || heldBytes + bytes <= settings.maximumTotalBytes }

  /// Drops a group.
  mutating func remove(_ id: String) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    heldBytes -= ConsumerGroup.heldBytes(ofID: id) + entry.group.heldBytes
  }

  /// Lets a group do something, and carries out what it answers.
  mutating func change(_ id: String, _ body: (inout ConsumerGroup) -> [GroupAction]) {
    guard let index = entries.index(forKey: id) else { return }
    let before = entries.values[index].group.heldBytes
    let actions = body(&entries.values[index].group)
    heldBytes += entries.values[index].group.heldBytes - before
    carryOut(actions, of: id)
  }

  mutating func park(_ waiter: Waiter) -> ReplyToken {
    nextToken += 1
    let token = ReplyToken(rawValue: nextToken)
    waiters[token] = waiter
    return token
  }

  mutating func later(_ action: @escaping @Sendable () -> Void) {
    ready.append(action)
  }

  mutating func takeReady() -> [@Sendable () -> Void] {
    var taken: [@Sendable () -> Void] = []
    swap(&taken, &ready)
    return taken
  }

  /// The time to be woken at, where no wake that was asked for comes early enough.
  mutating func nextWake() -> Int64? {
    guard let time = timers.wakeTime, !wakes.contains(where: { $0 <= time }) else { return nil }
    wakes.append(time)
    return time
  }

  mutating func carryOut(_ actions: [GroupAction], of id: String) {
    for action in actions {
      switch action {
      case .reply(let token, let reply): answer(token, reply)
      case .schedule(let timer, let time): timers.schedule(.group(id, timer), at: time)
      case .cancel(let timer): timers.cancel(.group(id, timer))
      case .save(let record): saves.append(record)
      }
    }
    discardIfUnused(id)
  }

  /// Drops a group that came to nothing and is kept nowhere.
  mutating func discardIfUnused(_ id: String) {
    guard let index = entries.index(forKey: id) else { return }
    if entries.values[index].isUnused, entries.values[index].group.generation == 0 { remove(id) }
  }

  private mutating func answer(_ token: ReplyToken, _ reply: GroupReply) {
    switch (waiters.removeValue(forKey: token), reply) {
    case (.join(let callback), .join(let reply)): later { callback(reply) }
    case (.sync(let callback), .sync(let reply)): later { callback(reply) }
    default: preconditionFailure("a request is answered once, with a reply of its kind")
    }
  }
}
