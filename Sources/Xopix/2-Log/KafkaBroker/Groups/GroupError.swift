/// What a request about a group came to; the raw values are Kafka's error codes.
enum GroupError: Int16, Error, Sendable, Hashable, CaseIterable {
  case none = 0
  case offsetMetadataTooLarge = 12
  /// The answer can't be given now: the store failed, or the group is being deleted. Clients try again.
  case coordinatorNotAvailable = 15
  /// The broker shuts down. Clients look for the coordinator again.
  case notCoordinator = 16
  case illegalGeneration = 22
  case inconsistentGroupProtocol = 23
  case invalidGroupID = 24
  case unknownMemberID = 25
  case invalidSessionTimeout = 26
  case rebalanceInProgress = 27
  /// One group more than `GroupSettings.maximumGroups`, or than there is memory for. Clients give up with a message that speaks of a policy.
  case policyViolation = 44
  case nonEmptyGroup = 68
  case groupIDNotFound = 69
  case memberIDRequired = 79
  /// Too many members, or more bytes of metadata and assignments than a group, or all groups together, may hold.
  case groupMaxSizeReached = 81
  case fencedInstanceID = 82
  case groupSubscribedToTopic = 86
  case unstableOffsetCommit = 88
}
