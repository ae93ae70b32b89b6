/// Names a request whose answer is outstanding; made by `GroupCoordinator`.
struct ReplyToken: Hashable, Sendable, RawRepresentable {
  var rawValue: UInt64
}

/// A protocol that a member can follow, and what it tells the leader under it. Not interpreted by the broker,
/// but for the topics in a consumer's subscription.
struct GroupProtocol: Hashable, Sendable {
  var name: String
  var metadata: [UInt8]
}

/// JoinGroup: become or stay a member, and learn the next generation.
struct JoinRequest: Sendable {
  var groupID: String
  /// Empty for a member that has none yet.
  var memberID = ""
  /// Set for static members (KIP-345).
  var groupInstanceID: String?
  var clientID = ""
  var clientHost = ""
  var protocolType = "consumer"
  /// Most preferred first.
  var protocols: [GroupProtocol]
  var sessionTimeoutMilliseconds: Int64
  /// Negative (version 0): the session timeout.
  var rebalanceTimeoutMilliseconds: Int64 = -1
  /// Version 4 and later: a new dynamic member is told its id before it is admitted (KIP-394).
  var requiresKnownMember = true
  /// Version 9 and later: a restarted static leader is told to keep the assignment (KIP-814).
  var supportsSkippingAssignment = true
  var reason: String?
}

/// The answer to `JoinRequest`.
struct JoinReply: Sendable, Equatable {
  /// What the leader is told of each member.
  struct Member: Sendable, Equatable {
    var id: String
    var groupInstanceID: String?
    var metadata: [UInt8]
  }

  var error: GroupError = .none
  var generation: Int32 = -1
  var protocolType: String?
  var protocolName: String?
  var leader = ""
  var skipAssignment = false
  var memberID = ""
  /// Filled for the leader only.
  var members: [Member] = []
}

/// SyncGroup: the leader brings the assignments, the others wait for theirs.
struct SyncRequest: Sendable {
  var groupID: String
  var generation: Int32
  var memberID: String
  var groupInstanceID: String?
  /// Nil before version 5.
  var protocolType: String?
  /// Nil before version 5.
  var protocolName: String?
  var assignments: [(memberID: String, assignment: [UInt8])] = []
}

/// The answer to `SyncRequest`.
struct SyncReply: Sendable, Equatable {
  var error: GroupError = .none
  var protocolType: String?
  var protocolName: String?
  var assignment: [UInt8] = []
}

/// A member that leaves or is removed: by its id, or by its instance id with an empty member id.
struct LeavingMember: Sendable, Equatable {
  var memberID: String
  var groupInstanceID: String?
}

/// The answer to LeaveGroup: an error for the whole, and one for each member in the request's order.
struct LeaveReply: Sendable, Equatable {
  var error: GroupError = .none
  var members: [GroupError] = []
}

/// An answer to a request that could be parked.
enum GroupReply: Sendable, Equatable {
  case join(JoinReply)
  case sync(SyncReply)
}

/// What a group waits for; at most one of each is set at a time.
enum GroupTimer: Hashable, Sendable {
  /// A member, or an id given out, was not heard of in time.
  case session(member: String)
  /// An empty group's first members waited for others.
  case initialDelay
  /// Members that have not joined again are dropped, and the next generation begins.
  case rebalance
  /// Members that have not asked for their assignment are dropped.
  case sync
}

/// What the owner of a `ConsumerGroup` must do after a call.
enum GroupAction: Sendable, Equatable {
  /// Answer a request; happens exactly once for each token given.
  case reply(ReplyToken, GroupReply)
  /// Call `fire` at that time or soon after; replaces an earlier schedule of the same timer.
  case schedule(GroupTimer, at: Int64)
  case cancel(GroupTimer)
  /// Protocol type, generation or emptiness changed: keep them for the next start.
  case save(GroupRecord)
}

/// What is kept of a group over a restart: it comes back empty, and its next generation is higher than any before.
struct GroupRecord: Sendable, Equatable {
  var groupID: String
  /// Nil where only "simple" consumers committed offsets, without being members.
  var protocolType: String?
  var generation: Int32
  /// When the group was last seen to change, in milliseconds since 1970: offsets expire from here.
  var changedAt: Int64
}
