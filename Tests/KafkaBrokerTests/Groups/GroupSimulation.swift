import Testing

@testable import KafkaBroker

/// Clients of one group, with their failures, in virtual time and in an order that a seed decides.
final class GroupSimulation {
  /// A consumer as a client library drives it.
  struct Client {
    enum Phase { case down, mustJoin, joining, mustSync, syncing, stable }
    var name: String
    var instance: String?
    var knownMember: Bool
    var phase = Phase.down
    var memberID = ""
    var generation: Int32 = -1
    /// What a leader was told of the members; nil for followers.
    var led: [String]?
    var version = 0
    /// Counts lives and requests, so that answers to an earlier one are told apart.
    var request = 0
    var sentAt: Int64 = 0
    var lastHeartbeat: Int64 = 0
    var pausedUntil: Int64 = 0

    var isUp: Bool { phase != .down }
  }

  enum Reply: Sendable {
    case join(JoinReply)
    case sync(SyncReply)
  }

  static let group = "g"
  static let session: Int64 = 10_000
  static let rebalance: Int64 = 30_000

  let seed: UInt64
  let clock = GroupVirtualClock()
  let store = MemoryOffsetStore()
  let coordinator: GroupCoordinator
  let inbox = GroupInbox<(client: Int, request: Int, reply: Reply)>()
  var random: GroupRandom
  var clients: [Client]
  var delivered = 0
  var sent = 0
  var commits = GroupInbox<[GroupError]>()
  var commitsSent = 0
  var lastGeneration: Int32 = 0
  /// Who was told to assign in a generation.
  var assigners: [Int32: String] = [:]
  /// What the leader assigned: by generation and member.
  var assigned: [Int32: [String: [UInt8]]] = [:]
  /// Static members whose process lives on after another one has taken their place.
  var zombies: [(memberID: String, instance: String, generation: Int32)] = []
  var fencings = 0
  var problems: [String] = []
  var rebalances: Int { assigners.count }

  init(seed: UInt64, initialDelay: Int64) throws {
    self.seed = seed
    random = GroupRandom(seed: seed)
    var settings = GroupSettings()
    settings.initialRebalanceDelayMilliseconds = initialDelay
    coordinator = try GroupCoordinator(store: store, clock: clock, settings: settings)
    let count = Int.random(in: 2...8, using: &random)
    clients = (0..<count).map { index in
      // Two may share an instance id, which only one of them can hold.
      let isStatic = index % 3 == 1
      return Client(name: "c\(index)", instance: isStatic ? "i\(index / 4)" : nil, knownMember: index % 2 == 0)
    }
  }

  func chance(_ percent: Double) -> Bool { Double.random(in: 0..<100, using: &random) < percent }

  func step(disturbs: Bool) {
    clock.advance(by: Int64.random(in: 0..<400, using: &random))
    if chance(70) { store.flush(Int.random(in: 1...3, using: &random)) }
    deliver(all: !disturbs)
    if disturbs {
      let index = Int.random(in: 0..<clients.count, using: &random)
      disturb(index)
      if chance(5) { haunt() }
      if clients[index].pausedUntil <= clock.now() { act(index) }
    } else {
      // Nobody misses a heartbeat by being drawn too seldom.
      for index in clients.indices.shuffled(using: &random) { act(index) }
    }
    check()
  }

  private func disturb(_ index: Int) {
    switch clients[index].phase {
    case .down:
      if chance(10) { start(index) }
    default:
      if chance(0.6) {
        clients[index].phase = .down  // Without a word.
      } else if chance(0.6) {
        let member = LeavingMember(memberID: clients[index].memberID, groupInstanceID: clients[index].instance)
        if !member.memberID.isEmpty { _ = coordinator.leave(groupID: Self.group, members: [member]) }
        clients[index].phase = .down
      } else if chance(0.4) {
        clients[index].pausedUntil = clock.now() + Int64.random(in: 0..<40_000, using: &random)
      } else if chance(0.4) {
        clients[index].version += 1
        if clients[index].phase == .stable { clients[index].phase = .mustJoin }
      } else if chance(0.4), clients[index].phase == .stable {
        clients[index].phase = .mustJoin  // As after a change of its topics' partitions.
      } else if chance(0.3), clients[index].instance != nil {
        // Restarted at once: its id is forgotten, its session goes on, and so may the old process.
        if let instance = clients[index].instance, !clients[index].memberID.isEmpty {
          zombies.append((clients[index].memberID, instance, clients[index].generation))
        }
        start(index)
      }
    }
  }

  /// A member that lost its place must be refused, whatever it asks.
  private func haunt() {
    guard let zombie = zombies.randomElement(using: &random) else { return }
    let current = coordinator.locked { state, _ in state.entries[Self.group]?.group.staticMembers[zombie.instance] }
    guard let current, current != zombie.memberID else { return }
    fencings += 1
    let generation = chance(50) ? zombie.generation : lastGeneration
    let beat = coordinator.heartbeat(
      groupID: Self.group, generation: generation, memberID: zombie.memberID, groupInstanceID: zombie.instance)
    let left = coordinator.leave(
      groupID: Self.group, members: [LeavingMember(memberID: zombie.memberID, groupInstanceID: zombie.instance)])
    let commits = GroupInbox<[GroupError]>()
    coordinator.commit(
      CommitRequest(
        groupID: Self.group, generation: generation, memberID: zombie.memberID, groupInstanceID: zombie.instance,
        offsets: [OffsetCommit(topic: "t", partition: 0, offset: -5)]),
      reply: commits.take)
    let syncs = GroupInbox<SyncReply>()
    coordinator.sync(
      SyncRequest(
        groupID: Self.group, generation: generation, memberID: zombie.memberID, groupInstanceID: zombie.instance),
      reply: syncs.take)
    let joins = GroupInbox<JoinReply>()
    coordinator.join(
      JoinRequest(
        groupID: Self.group, memberID: zombie.memberID, groupInstanceID: zombie.instance,
        protocols: [GroupProtocol(name: "sticky", metadata: [])], sessionTimeoutMilliseconds: Self.session),
      newMemberID: "never", reply: joins.take)
    let answers: [GroupError?] = [beat, left.members.first, commits.last?.first, syncs.last?.error, joins.last?.error]
    if answers.contains(where: { $0 != GroupError.fencedInstanceID }) {
      problems.append("fenced \(zombie.memberID) was answered \(answers)")
    }
  }

  func start(_ index: Int) {
    clients[index].phase = .mustJoin
    clients[index].memberID = ""
    clients[index].generation = -1
    clients[index].request += 1
    clients[index].pausedUntil = 0
  }

  private func act(_ index: Int) {
    let client = clients[index]
    let now = clock.now()
    switch client.phase {
    case .down: return
    case .mustJoin: sendJoin(index)
    case .mustSync: sendSync(index)
    case .joining, .syncing:
      if client.generation >= 0, client.phase == .syncing { heartbeat(index) }
      // The answer is lost, or long in coming: once more on a new connection.
      if now - client.sentAt > Self.rebalance + 5_000 { clients[index].phase = .mustJoin }
    case .stable:
      heartbeat(index)
      if chance(10) { commit(index) }
    }
  }

  private func sendJoin(_ index: Int) {
    clients[index].request += 1
    clients[index].phase = .joining
    clients[index].sentAt = clock.now()
    sent += 1
    let client = clients[index]
    let request = JoinRequest(
      groupID: Self.group, memberID: client.memberID, groupInstanceID: client.instance, clientID: client.name,
      protocols: [
        GroupProtocol(name: "range", metadata: Subscription.bytes(["t\(client.version % 3)"], state: [1])),
        GroupProtocol(name: "sticky", metadata: Subscription.bytes(["t"])),
      ], sessionTimeoutMilliseconds: Self.session, rebalanceTimeoutMilliseconds: Self.rebalance,
      requiresKnownMember: client.knownMember)
    let (number, inbox) = (client.request, inbox)
    coordinator.join(request, newMemberID: "\(client.name)-\(sent)") { inbox.take((index, number, .join($0))) }
  }

  private func sendSync(_ index: Int) {
    clients[index].request += 1
    clients[index].phase = .syncing
    clients[index].sentAt = clock.now()
    sent += 1
    let client = clients[index]
    var assignments: [(memberID: String, assignment: [UInt8])] = []
    if let led = client.led {
      assignments = led.map { ($0, Array("\(client.generation) \($0)".utf8)) }
      assigned[client.generation] = Dictionary(uniqueKeysWithValues: assignments.map { ($0.0, $0.1) })
    }
    let (number, inbox) = (client.request, inbox)
    coordinator.sync(
      SyncRequest(
        groupID: Self.group, generation: client.generation, memberID: client.memberID,
        groupInstanceID: client.instance, protocolType: "consumer", assignments: assignments)
    ) { inbox.take((index, number, .sync($0))) }
  }

  private func heartbeat(_ index: Int) {
    let client = clients[index]
    guard clock.now() - client.lastHeartbeat >= 3_000 else { return }
    clients[index].lastHeartbeat = clock.now()
    let error = coordinator.heartbeat(
      groupID: Self.group, generation: client.generation, memberID: client.memberID, groupInstanceID: client.instance)
    if error != .none { react(to: error, index) }
  }

  private func commit(_ index: Int) {
    let client = clients[index]
    commitsSent += 1
    coordinator.commit(
      CommitRequest(
        groupID: Self.group, generation: client.generation, memberID: client.memberID,
        groupInstanceID: client.instance,
        offsets: [OffsetCommit(topic: "t", partition: Int32(index), offset: clock.now())]),
      reply: commits.take)
  }

  private func react(to error: GroupError, _ index: Int) {
    switch error {
    case .unknownMemberID:
      clients[index].memberID = ""
      clients[index].phase = .mustJoin
    case .fencedInstanceID:
      clients[index].phase = .down
    case .rebalanceInProgress, .illegalGeneration:
      clients[index].phase = .mustJoin
    default:
      problems.append("\(clients[index].name) was answered \(error)")
      clients[index].phase = .mustJoin
    }
  }

  private func deliver(all: Bool) {
    let arrived = inbox.all
    while delivered < arrived.count, all || chance(80) {
      let (index, request, reply) = arrived[delivered]
      delivered += 1
      record(reply)
      // To a client that died, or gave up waiting.
      guard clients[index].isUp, clients[index].request == request else { continue }
      switch reply {
      case .join(let reply) where clients[index].phase == .joining: joined(index, reply)
      case .sync(let reply) where clients[index].phase == .syncing: synced(index, reply)
      default: break
      }
    }
  }

  private func record(_ reply: Reply) {
    guard case .join(let reply) = reply, reply.error == .none, reply.leader == reply.memberID, !reply.skipAssignment
    else { return }
    let earlier = assigners.updateValue(reply.memberID, forKey: reply.generation)
    if let earlier, earlier != reply.memberID {
      problems.append("generation \(reply.generation) has leaders \(earlier) and \(reply.memberID)")
    }
    if !reply.members.contains(where: { $0.id == reply.memberID }) {
      problems.append("leader \(reply.memberID) was not told of itself")
    }
  }

  private func joined(_ index: Int, _ reply: JoinReply) {
    guard reply.error == .none else {
      if reply.error == .memberIDRequired {
        clients[index].memberID = reply.memberID
        clients[index].phase = .mustJoin
      } else {
        react(to: reply.error, index)
      }
      return
    }
    if reply.generation < clients[index].generation { problems.append("generation \(reply.generation) came late") }
    clients[index].memberID = reply.memberID
    clients[index].generation = reply.generation
    clients[index].led =
      reply.leader == reply.memberID && !reply.skipAssignment ? reply.members.map(\.id) : nil
    clients[index].phase = .mustSync
  }

  private func synced(_ index: Int, _ reply: SyncReply) {
    guard reply.error == .none else { return react(to: reply.error, index) }
    let client = clients[index]
    // A restarted static member has what its predecessor was assigned.
    let plan = assigned[client.generation] ?? [:]
    let isOwn = plan[client.memberID] == reply.assignment
    let isInherited = client.instance != nil && plan[client.memberID] == nil && plan.values.contains(reply.assignment)
    if !isOwn && !isInherited {
      problems.append(
        "\(client.memberID) in \(client.generation) got \(String(decoding: reply.assignment, as: UTF8.self))")
    }
    clients[index].phase = .stable
  }

  private func check() {
    problems += coordinator.brokenInvariants()
    let description = coordinator.describe(Self.group)
    guard description.error == .none else { return }
    if description.generation < lastGeneration { problems.append("generation fell to \(description.generation)") }
    lastGeneration = description.generation
    if description.state == .stable, description.members.contains(where: { $0.assignment.isEmpty }) {
      problems.append("a stable generation has a member without an assignment")
    }
  }

  /// Lets the clients that live come to rest, and says what is wrong with it.
  func settle() {
    for index in clients.indices {
      clients[index].pausedUntil = 0
      let rival = clients[..<index].contains { $0.instance != nil && $0.instance == clients[index].instance && $0.isUp }
      if rival { clients[index].phase = .down }
    }
    if !clients.contains(where: \.isUp) { start(0) }
    for _ in 0..<1_500 { step(disturbs: false) }
    store.flush()
    let live = clients.filter(\.isUp)
    let description = coordinator.describe(Self.group)
    if description.state != .stable { problems.append("the group is \(description.state)") }
    if Set(description.members.map(\.id)) != Set(live.map(\.memberID)) {
      problems.append("members \(description.members.map(\.id)) are not who lives: \(live.map(\.memberID))")
    }
    for client in live where client.phase != .stable || client.generation != description.generation {
      problems.append(
        "\(client.name) is \(client.phase) in \(client.generation), the group in \(description.generation)")
    }
  }

  /// Ends all, and counts answers.
  func finish() {
    coordinator.shutDown()
    if inbox.all.count != sent { problems.append("\(sent) requests had \(inbox.all.count) answers") }
    if commits.all.count != commitsSent { problems.append("\(commitsSent) commits had \(commits.all.count) answers") }
    var seen: Set<[Int]> = []
    for (client, request, _) in inbox.all where !seen.insert([client, request]).inserted {
      problems.append("request \(request) of \(client) was answered twice")
    }
  }
}

@Suite("Simulated consumer groups")
struct GroupSimulationTests {
  @Test("Property: whatever clients do, a group keeps its promises and comes to rest", arguments: 1...10)
  func simulate(seed: Int) throws {
    let simulation = try GroupSimulation(seed: UInt64(seed), initialDelay: seed % 3 == 0 ? 3_000 : 0)
    for round in 0..<3 {
      for _ in 0..<2_000 where simulation.problems.isEmpty { simulation.step(disturbs: true) }
      guard simulation.problems.isEmpty else { break }
      simulation.settle()
      if !simulation.problems.isEmpty { Issue.record("seed \(seed), round \(round)") }
    }
    simulation.finish()
    print(
      "groups, seed \(seed): \(simulation.clients.count) clients, \(simulation.rebalances) generations,",
      "\(simulation.sent) requests, \(simulation.commitsSent) commits, \(simulation.fencings) fencings")
    #expect(simulation.problems.prefix(5) == [], "seed \(seed)")
    #expect(simulation.rebalances > 10)
  }
}
