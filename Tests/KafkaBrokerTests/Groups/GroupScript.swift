import Testing

@testable import KafkaBroker

/// Drives one `ConsumerGroup` in a scripted test, checking its invariants at each step.
final class GroupScript {
  var group: ConsumerGroup
  var now: Int64 = 1_000
  var replies: [UInt64: GroupReply] = [:]
  var timers: [GroupTimer: Int64] = [:]
  var saved: [GroupRecord] = []
  private var lastToken: UInt64 = 0
  private var lastID = 0

  init(_ settings: GroupSettings = GroupSettings()) {
    group = ConsumerGroup(id: "g", settings: settings, now: 1_000)
  }

  static let range = [GroupProtocol(name: "range", metadata: Subscription.bytes(["t"]))]

  func carryOut(_ actions: [GroupAction]) {
    for action in actions {
      switch action {
      case .reply(let token, let reply):
        #expect(token.rawValue <= lastToken && replies[token.rawValue] == nil, "answered twice")
        replies[token.rawValue] = reply
      case .schedule(let timer, let time): timers[timer] = time
      case .cancel(let timer): timers[timer] = nil
      case .save(let record): saved.append(record)
      }
    }
    #expect(group.brokenInvariants() == [])
    #expect(Set(timers.keys) == group.expectedTimers())
  }

  /// Sends a join; the number asks for the answer.
  @discardableResult
  func join(
    _ memberID: String = "", instance: String? = nil, protocols: [GroupProtocol] = GroupScript.range,
    type: String = "consumer", session: Int64 = 10_000, rebalance: Int64 = 60_000, known: Bool = false,
    skips: Bool = true
  ) -> UInt64 {
    lastToken += 1
    lastID += 1
    let request = JoinRequest(
      groupID: "g", memberID: memberID, groupInstanceID: instance, clientID: "c", clientHost: "/127.0.0.1",
      protocolType: type, protocols: protocols, sessionTimeoutMilliseconds: session,
      rebalanceTimeoutMilliseconds: rebalance, requiresKnownMember: known, supportsSkippingAssignment: skips)
    carryOut(
      group.join(request, newMemberID: "m\(lastID)", token: ReplyToken(rawValue: lastToken), now: now))
    return lastToken
  }

  @discardableResult
  func sync(
    _ memberID: String, generation: Int32? = nil, instance: String? = nil,
    assignments: [(memberID: String, assignment: [UInt8])] = [], type: String? = nil, name: String? = nil
  ) -> UInt64 {
    lastToken += 1
    let request = SyncRequest(
      groupID: "g", generation: generation ?? group.generation, memberID: memberID, groupInstanceID: instance,
      protocolType: type, protocolName: name, assignments: assignments)
    carryOut(group.sync(request, token: ReplyToken(rawValue: lastToken), now: now))
    return lastToken
  }

  func joined(_ token: UInt64) -> JoinReply? {
    guard case .join(let reply) = replies[token] else { return nil }
    return reply
  }

  func synced(_ token: UInt64) -> SyncReply? {
    guard case .sync(let reply) = replies[token] else { return nil }
    return reply
  }

  func heartbeat(_ memberID: String, generation: Int32? = nil, instance: String? = nil) -> GroupError {
    let (error, actions) = group.heartbeat(
      memberID: memberID, groupInstanceID: instance, generation: generation ?? group.generation, now: now)
    carryOut(actions)
    return error
  }

  func leave(_ members: LeavingMember...) -> [GroupError] {
    let (reply, actions) = group.leave(members, now: now)
    carryOut(actions)
    return reply.members
  }

  func permitCommit(
    _ memberID: String = "", instance: String? = nil, generation: Int32 = -1, isTransactional: Bool = false
  ) -> GroupError {
    let (error, actions) = group.permitCommit(
      memberID: memberID, groupInstanceID: instance, generation: generation, isTransactional: isTransactional,
      now: now)
    carryOut(actions)
    return error
  }

  /// Lets time pass.
  func advance(by milliseconds: Int64) {
    let end = now + milliseconds
    while let (timer, time) = timers.filter({ $0.value <= end }).min(by: { $0.value < $1.value }) {
      timers[timer] = nil
      now = max(now, time)
      carryOut(group.fire(timer, now: now))
    }
    now = end
  }

  /// Joins so many dynamic members, or static ones of these instance ids, and makes the group stable.
  func stabilize(_ count: Int, instances: [String] = []) -> [String] {
    var tokens = (0..<count).map { _ in join() } + instances.map { join(instance: $0) }
    // Those who joined an earlier generation join again for the last one.
    for index in tokens.indices.dropLast() {
      let id = ids(tokens)[index]
      tokens[index] = join(id, instance: index < count ? nil : instances[index - count])
    }
    let members = ids(tokens)
    let assignments = members.map { (memberID: $0, assignment: Array($0.utf8)) }
    for (index, id) in members.enumerated() {
      let instance = index < count ? nil : instances[index - count]
      sync(id, instance: instance, assignments: group.isLeader(id) ? assignments : [])
    }
    #expect(group.state == .stable)
    #expect(group.pendingSync.isEmpty)
    return members
  }

  /// The ids that joins were answered with or, while they are parked, are held under.
  private func ids(_ tokens: [UInt64]) -> [String] {
    tokens.map { token in
      joined(token)?.memberID
        ?? group.members.values.first { $0.joinToken?.rawValue == token }?.id ?? ""
    }
  }
}
