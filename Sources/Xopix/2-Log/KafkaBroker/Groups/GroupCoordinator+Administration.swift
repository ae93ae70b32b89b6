/// What DescribeGroups answers of a group.
struct GroupDescription: Sendable, Equatable {
  struct Member: Sendable, Equatable {
    var id: String
    var groupInstanceID: String?
    var clientID: String
    var clientHost: String
    /// Empty unless the group is stable.
    var metadata: [UInt8]
    var assignment: [UInt8]
  }

  var error = GroupError.none
  var groupID: String
  var state = ConsumerGroup.State.dead
  var protocolType = ""
  /// Empty unless the group is stable.
  var protocolName = ""
  var generation: Int32 = -1
  var members: [Member] = []
}

/// What ListGroups answers of a group.
struct GroupListing: Sendable, Equatable {
  var groupID: String
  var protocolType: String
  var state: ConsumerGroup.State
  /// The type of every group here (KIP-848 knows others).
  static let type = "classic"
}

/// Describing, listing and deleting groups.
extension GroupCoordinator {
  /// DescribeGroups. An unknown group is Dead with GROUP_ID_NOT_FOUND; before version 6 it is Dead without an error,
  /// which the caller sees to.
  func describe(_ groupID: String) -> GroupDescription {
    locked { state, _ in
      if state.isShutDown { return GroupDescription(error: .notCoordinator, groupID: groupID) }
      guard let group = state.entries[groupID]?.group, group.state != .dead else {
        return GroupDescription(error: .groupIDNotFound, groupID: groupID)
      }
      return group.description
    }
  }

  /// ListGroups, sorted by id. Filters are Kafka's names of states and types in any case; empty ones let all pass.
  func list(states: [String] = [], types: [String] = []) -> (error: GroupError, groups: [GroupListing]) {
    let states = Set(states.map { $0.lowercased() })
    let types = types.map { $0.lowercased() }
    return locked { state, _ in
      if state.isShutDown { return (.notCoordinator, []) }
      guard types.isEmpty || types.contains(GroupListing.type) else { return (.none, []) }
      let groups = state.entries.values.map(\.group).filter {
        states.isEmpty || states.contains($0.state.rawValue.lowercased())
      }
      return (
        .none,
        groups.map { GroupListing(groupID: $0.id, protocolType: $0.protocolType ?? "", state: $0.state) }
          .sorted { $0.groupID < $1.groupID }
      )
    }
  }

  /// DeleteGroups: groups without members, with their offsets. Replies with an error for each, in their order.
  func deleteGroups(_ groupIDs: [String], reply: @escaping @Sendable ([GroupError]) -> Void) {
    locked { state, now in
      if state.isShutDown { return state.later { reply(groupIDs.map { _ in .notCoordinator }) } }
      let errors = groupIDs.map { id in
        var error = GroupError.groupIDNotFound
        state.change(id) { group in
          let answer = group.retire(now: now)
          error = answer.error
          return answer.actions
        }
        return error
      }
      let deleted = zip(groupIDs, errors).filter { $1 == .none }.map(\.0)
      guard !deleted.isEmpty else { return state.later { reply(errors) } }
      submit(deleted.map(OffsetChange.removeGroup), durability: .process) { state, failure in
        for id in deleted { state.finishRetiring(id, removed: failure == nil) }
        let answers = failure == nil ? errors : errors.map { $0 == .none ? .coordinatorNotAvailable : $0 }
        state.later { reply(answers) }
      }
    }
  }
}

extension ConsumerGroup {
  /// What is answered about it; the protocol and what members told of themselves only where it is settled.
  var description: GroupDescription {
    let isStable = state == .stable
    return GroupDescription(
      groupID: id, state: state, protocolType: protocolType ?? "", protocolName: isStable ? protocolName ?? "" : "",
      generation: generation,
      members: order.compactMap { memberID in
        members[memberID].map { member in
          GroupDescription.Member(
            id: memberID, groupInstanceID: member.groupInstanceID, clientID: member.clientID,
            clientHost: member.clientHost, metadata: isStable ? member.metadata(of: protocolName) : [],
            assignment: member.assignment)
        }
      })
  }
}
