/// One group in Kafka's classic group protocol: membership, generations and assignments.
///
/// A pure state machine. Calls bring requests, fired timers and the time; they return what is to be done. It holds no
/// socket, clock or randomness, so that whole lives of groups can be replayed in tests. Rules are those of Kafka 4's
/// group coordinator; where this differs, the method says so.
struct ConsumerGroup: Sendable {
  /// The states of Kafka's classic groups, by the names that DescribeGroups and ListGroups answer.
  enum State: String, Sendable, CaseIterable {
    /// No members; offsets may be kept.
    case empty = "Empty"
    /// Members are asked to join again, and are waited for.
    case preparingRebalance = "PreparingRebalance"
    /// A generation has begun; the leader's assignments are waited for.
    case completingRebalance = "CompletingRebalance"
    /// Every member has, or can fetch, its assignment.
    case stable = "Stable"
    /// Being deleted.
    case dead = "Dead"
  }

  /// An admitted member.
  struct Member: Sendable {
    var id: String
    var groupInstanceID: String?
    var clientID: String
    var clientHost: String
    var sessionTimeout: Int64
    var rebalanceTimeout: Int64
    var protocols: [GroupProtocol]
    var assignment: [UInt8] = []
    /// Has not yet been told its id by an answered join.
    var isNew = true
    var joinToken: ReplyToken?
    var syncToken: ReplyToken?
    /// Whether its session is being timed.
    var isTimed = false

    var isStatic: Bool { groupInstanceID != nil }
    var isAwaitingJoin: Bool { joinToken != nil }
    var isAwaitingSync: Bool { syncToken != nil }
    var metadataBytes: Int { protocols.reduce(0) { $0 + $1.metadata.count + $1.name.utf8.count } }
    /// What it takes in memory, nearly.
    var heldBytes: Int {
      metadataBytes + assignment.count + clientID.utf8.count + clientHost.utf8.count
        + (groupInstanceID?.utf8.count ?? 0) + ConsumerGroup.heldBytes(ofID: id)
    }

    func metadata(of protocolName: String?) -> [UInt8] {
      protocols.first { $0.name == protocolName }?.metadata ?? []
    }
  }

  let id: String
  let settings: GroupSettings

  var state = State.empty
  /// Whether this rebalance began from an empty group, so that it ends by its timer and not when all have joined.
  var isInitialRebalance = false
  var protocolType: String?
  var protocolName: String?
  var generation: Int32 = 0
  var leader: String?
  /// When `state` last changed.
  var changedAt: Int64

  /// Members by id; `order` has their ids in order of arrival, so that elections and answers are deterministic.
  var members: [String: Member] = [:]
  var order: [String] = []
  /// Member ids by instance id.
  var staticMembers: [String: String] = [:]
  /// Ids given out with MEMBER_ID_REQUIRED that have not joined with them.
  var pendingJoin: Set<String> = []
  /// Members of this generation that have not asked for their assignment.
  var pendingSync: Set<String> = []
  var awaitingJoin = 0
  /// How many members support a protocol.
  var supporters: [String: Int] = [:]
  var metadataBytes = 0
  /// What its members and the ids given out take in memory, nearly.
  var heldBytes = 0
  /// Topics that this generation's members subscribe to, where the group is of consumers and they could be read.
  var subscribedTopics: Set<String>?
  /// How much longer an initial rebalance may be prolonged, and whether somebody came since it last was.
  var initialDelayRemaining: Int64 = 0
  var newMemberCame = false
  var isSyncTimed = false

  var actions: [GroupAction] = []

  /// An empty group that nobody has joined yet.
  init(id: String, settings: GroupSettings, now: Int64) {
    self.id = id
    self.settings = settings
    changedAt = now
  }

  /// A group as it was kept over a restart: empty, its generation number continued.
  init(_ record: GroupRecord, settings: GroupSettings) {
    id = record.groupID
    self.settings = settings
    protocolType = record.protocolType
    generation = record.generation
    changedAt = record.changedAt
  }

  /// What an id takes with what is kept of its owner in any case.
  static func heldBytes(ofID id: String) -> Int { id.utf8.count + 256 }

  /// Hands over what is to be done since the last call.
  mutating func takeActions() -> [GroupAction] {
    var taken: [GroupAction] = []
    swap(&taken, &actions)
    return taken
  }

  mutating func transition(to next: State, now: Int64) {
    state = next
    changedAt = now
  }

  mutating func save() {
    actions.append(
      .save(GroupRecord(groupID: id, protocolType: protocolType, generation: generation, changedAt: changedAt)))
  }

  func isLeader(_ member: String) -> Bool { leader == member }

  /// Whether every member has joined again, and nobody is about to with an id just given out. O(1).
  var haveAllJoined: Bool { awaitingJoin == members.count && pendingJoin.isEmpty }

  /// The longest rebalance timeout of its members.
  var rebalanceTimeout: Int64 { members.values.reduce(0) { max($0, $1.rebalanceTimeout) } }

  /// Whether it uses the protocol of consumers, as opposed to that of Connect workers and others.
  var isOfConsumers: Bool { protocolType == Subscription.protocolType }

  /// Whether offsets of `topic` are in use. Where subscriptions can't be read, a group of consumers counts as
  /// subscribed to everything.
  func isSubscribed(to topic: String) -> Bool {
    subscribedTopics.map { $0.contains(topic) } ?? (isOfConsumers && !members.isEmpty)
  }

  /// Why a member can't act in this group, or nil where it can.
  func refusal(of memberID: String, instance: String?) -> GroupError? {
    if let instance {
      guard let current = staticMembers[instance] else { return .unknownMemberID }
      if current != memberID { return .fencedInstanceID }
    }
    return members[memberID] == nil ? .unknownMemberID : nil
  }
}
