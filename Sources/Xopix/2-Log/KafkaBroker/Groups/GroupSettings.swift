/// Limits and delays of consumer groups, with Kafka's names and defaults where Kafka has them.
struct GroupSettings: Sendable {
  /// The longest that a client may ask to keep an offset: a hundred years. More would overflow the time it ends.
  static let longestRetentionMilliseconds: Int64 = 100 * 365 * 86_400_000

  /// `group.min.session.timeout.ms`.
  var minimumSessionTimeoutMilliseconds: Int64 = 6_000
  /// `group.max.session.timeout.ms`.
  var maximumSessionTimeoutMilliseconds: Int64 = 1_800_000
  /// `group.initial.rebalance.delay.ms`: how long the first member of an empty group waits for others. Kafka's
  /// default is 3 s; here it is 0, so that a group of one starts at once and a second member costs one rebalance.
  var initialRebalanceDelayMilliseconds: Int64 = 0
  /// How long a new member's first join may wait: it can't send heartbeats before it knows its id.
  var newMemberJoinTimeoutMilliseconds: Int64 = 300_000
  /// `group.max.size`: members of one group; also the ids given out and not used yet.
  var maximumMembers = 10_000
  /// Groups in all, those that only commit offsets included.
  var maximumGroups = 100_000
  /// Bytes of metadata of one group's members, and again of their assignments.
  var maximumMetadataBytes = 32 << 20
  /// Bytes of what all groups hold together: ids, metadata of members, assignments. What would go beyond is refused
  /// with GROUP_MAX_SIZE_REACHED, a new group with POLICY_VIOLATION.
  var maximumTotalBytes = 256 << 20
  /// `offset.metadata.max.bytes`.
  var maximumOffsetMetadataLength = 4_096
  /// `offsets.retention.minutes`, in milliseconds.
  var offsetsRetentionMilliseconds: Int64 = 7 * 24 * 60 * 60_000
  /// `offsets.retention.check.interval.ms`.
  var retentionCheckIntervalMilliseconds: Int64 = 600_000
}
