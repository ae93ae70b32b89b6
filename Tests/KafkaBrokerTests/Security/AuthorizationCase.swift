import AccessControl
import KafkaWire
import NIOCore
import RecordBatches

@testable import KafkaBroker

/// One kind of request: the rights that it needs, what it is answered without each, and how to ask it of a broker that
/// has a topic `topic` and a group `group`.
struct AuthorizationCase: Sendable, CustomStringConvertible {
  struct Need: Sendable {
    let right: Right
    let refusal: Int16

    init(_ operation: Operation, _ resource: Resource, _ refusal: Int16? = nil) {
      right = Right(operation, resource)
      let usual: ErrorCode =
        switch resource {
        case .topic: .topicAuthorizationFailed
        case .group: .groupAuthorizationFailed
        case .transaction: .transactionalIDAuthorizationFailed
        case .cluster: .clusterAuthorizationFailed
        }
      self.refusal = refusal ?? usual.rawValue
    }
  }

  /// Stands for what is left out of an answer, instead of an error.
  static let missing = Int16.min

  let name: String
  let key: APIKey
  let needs: [Need]
  /// Other rights that are enough.
  var alternatives: [Set<Right>] = []
  /// Asks, and gives the error codes of the answer.
  let codes: @Sendable (BrokerBench) throws -> [Int16]

  var description: String { name }
}

/// Makes a value, changed.
private func made<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
  var value = value
  change(&value)
  return value
}

extension AuthorizationTests {
  static var commit: OffsetCommitRequest {
    made(OffsetCommitRequest()) { request in
      request.groupID = "group"
      request.topics = [
        made(OffsetCommitRequest.OffsetCommitRequestTopic()) {
          $0.name = "topic"
          $0.partitions = [made(OffsetCommitRequest.OffsetCommitRequestPartition()) { $0.committedOffset = 0 }]
        }
      ]
    }
  }

  static let cases: [AuthorizationCase] = topics + groups + transactions + administration

  private static let topics: [AuthorizationCase] = [
    AuthorizationCase(name: "Produce", key: .produce, needs: [.init(.write, .topic("topic"))]) { bench in
      try produce(bench, transactionalID: nil)
    },
    AuthorizationCase(
      name: "Produce in a transaction", key: .produce,
      needs: [.init(.write, .topic("topic")), .init(.write, .transaction("id"))]
    ) { bench in try produce(bench, transactionalID: "id") },
    AuthorizationCase(name: "Fetch", key: .fetch, needs: [.init(.read, .topic("topic"))]) { bench in
      let request = made(FetchRequest()) {
        $0.topics = [
          made(FetchRequest.FetchTopic()) {
            $0.topic = "topic"
            $0.partitions = [FetchRequest.FetchPartition()]
          }
        ]
      }
      return try bench.ask(request, version: 11, as: FetchResponse.self).responses.flatMap {
        $0.partitions.map(\.errorCode)
      }
    },
    AuthorizationCase(name: "ListOffsets", key: .listOffsets, needs: [.init(.describe, .topic("topic"))]) { bench in
      let request = made(ListOffsetsRequest()) {
        $0.topics = [
          made(ListOffsetsRequest.ListOffsetsTopic()) {
            $0.name = "topic"
            $0.partitions = [made(ListOffsetsRequest.ListOffsetsPartition()) { $0.timestamp = -1 }]
          }
        ]
      }
      return try bench.ask(request, version: 5, as: ListOffsetsResponse.self).topics.flatMap {
        $0.partitions.map(\.errorCode)
      }
    },
    AuthorizationCase(name: "Metadata", key: .metadata, needs: [.init(.describe, .topic("topic"))]) { bench in
      try metadata(bench, "topic")
    },
    AuthorizationCase(
      name: "Metadata that makes a topic", key: .metadata,
      needs: [.init(.describe, .topic("made")), .init(.create, .topic("made"))],
      alternatives: [[Right(.describe, .topic("made")), Right(.create, .cluster)]]
    ) { bench in try metadata(bench, "made") },
    AuthorizationCase(
      name: "OffsetForLeaderEpoch", key: .offsetForLeaderEpoch, needs: [.init(.describe, .topic("topic"))]
    ) { bench in
      let request = made(OffsetForLeaderEpochRequest()) {
        $0.topics = [
          made(OffsetForLeaderEpochRequest.OffsetForLeaderTopic()) {
            $0.topic = "topic"
            $0.partitions = [OffsetForLeaderEpochRequest.OffsetForLeaderPartition()]
          }
        ]
      }
      return try bench.ask(request, version: 3, as: OffsetForLeaderEpochResponse.self).topics.flatMap {
        $0.partitions.map(\.errorCode)
      }
    },
  ]

  private static let groups: [AuthorizationCase] = [
    AuthorizationCase(
      name: "OffsetCommit", key: .offsetCommit,
      needs: [.init(.read, .group("group")), .init(.read, .topic("topic"))]
    ) { bench in
      try bench.ask(commit, version: 8, as: OffsetCommitResponse.self).topics.flatMap { $0.partitions.map(\.errorCode) }
    },
    AuthorizationCase(
      name: "OffsetFetch", key: .offsetFetch,
      needs: [.init(.describe, .group("group")), .init(.describe, .topic("topic"))]
    ) { bench in
      let request = made(OffsetFetchRequest()) {
        $0.groups = [
          made(OffsetFetchRequest.OffsetFetchRequestGroup()) {
            $0.groupID = "group"
            $0.topics = [
              made(OffsetFetchRequest.OffsetFetchRequestTopics()) {
                $0.name = "topic"
                $0.partitionIndexes = [0]
              }
            ]
          }
        ]
      }
      return try bench.ask(request, version: 8, as: OffsetFetchResponse.self).groups.flatMap { group in
        group.errorCode != 0 ? [group.errorCode] : group.topics.flatMap { $0.partitions.map(\.errorCode) }
      }
    },
    AuthorizationCase(name: "FindCoordinator", key: .findCoordinator, needs: [.init(.describe, .group("group"))]) {
      bench in try coordinator(bench, of: "group", kind: 0)
    },
    AuthorizationCase(
      name: "FindCoordinator of a transaction", key: .findCoordinator, needs: [.init(.describe, .transaction("id"))]
    ) { bench in try coordinator(bench, of: "id", kind: 1) },
    AuthorizationCase(name: "JoinGroup", key: .joinGroup, needs: [.init(.read, .group("group"))]) { bench in
      let request = made(JoinGroupRequest()) {
        $0.groupID = "group"
        $0.sessionTimeoutMs = 10_000
        $0.protocolType = "consumer"
        $0.protocols = [made(JoinGroupRequest.JoinGroupRequestProtocol()) { $0.name = "range" }]
      }
      return [try bench.ask(request, version: 5, as: JoinGroupResponse.self).errorCode]
    },
    AuthorizationCase(name: "Heartbeat", key: .heartbeat, needs: [.init(.read, .group("group"))]) { bench in
      let request = made(HeartbeatRequest()) { $0.groupID = "group" }
      return [try bench.ask(request, version: 3, as: HeartbeatResponse.self).errorCode]
    },
    AuthorizationCase(name: "LeaveGroup", key: .leaveGroup, needs: [.init(.read, .group("group"))]) { bench in
      let request = made(LeaveGroupRequest()) { $0.groupID = "group" }
      return [try bench.ask(request, version: 2, as: LeaveGroupResponse.self).errorCode]
    },
    AuthorizationCase(name: "SyncGroup", key: .syncGroup, needs: [.init(.read, .group("group"))]) { bench in
      let request = made(SyncGroupRequest()) { $0.groupID = "group" }
      return [try bench.ask(request, version: 3, as: SyncGroupResponse.self).errorCode]
    },
    AuthorizationCase(name: "DescribeGroups", key: .describeGroups, needs: [.init(.describe, .group("group"))]) {
      bench in
      let request = made(DescribeGroupsRequest()) { $0.groups = ["group"] }
      return try bench.ask(request, version: 4, as: DescribeGroupsResponse.self).groups.map(\.errorCode)
    },
    AuthorizationCase(
      name: "ListGroups", key: .listGroups,
      needs: [.init(.describe, .group("group"), AuthorizationCase.missing)],
      alternatives: [[Right(.describe, .cluster)]]
    ) { bench in
      let answer = try bench.ask(ListGroupsRequest(), version: 4, as: ListGroupsResponse.self)
      return [answer.groups.contains { $0.groupID == "group" } ? answer.errorCode : AuthorizationCase.missing]
    },
    AuthorizationCase(
      name: "OffsetDelete", key: .offsetDelete,
      needs: [.init(.delete, .group("group")), .init(.read, .topic("topic"))]
    ) { bench in
      let request = made(OffsetDeleteRequest()) {
        $0.groupID = "group"
        $0.topics = [
          made(OffsetDeleteRequest.OffsetDeleteRequestTopic()) {
            $0.name = "topic"
            $0.partitions = [made(OffsetDeleteRequest.OffsetDeleteRequestPartition()) { $0.partitionIndex = 0 }]
          }
        ]
      }
      let answer = try bench.ask(request, version: 0, as: OffsetDeleteResponse.self)
      return answer.errorCode != 0
        ? [answer.errorCode] : answer.topics.flatMap { $0.partitions.map(\.errorCode) }
    },
    AuthorizationCase(name: "DeleteGroups", key: .deleteGroups, needs: [.init(.delete, .group("group"))]) { bench in
      let request = made(DeleteGroupsRequest()) { $0.groupsNames = ["group"] }
      return try bench.ask(request, version: 1, as: DeleteGroupsResponse.self).results.map(\.errorCode)
    },
  ]

  private static let transactions: [AuthorizationCase] = [
    AuthorizationCase(
      name: "InitProducerId", key: .initProducerID, needs: [.init(.idempotentWrite, .cluster)],
      alternatives: [[Right(.write, .topic("any"))]]
    ) { bench in
      let request = made(InitProducerIDRequest()) { $0.transactionalID = nil }
      return [try bench.ask(request, version: 3, as: InitProducerIDResponse.self).errorCode]
    },
    AuthorizationCase(
      name: "InitProducerId of a transaction", key: .initProducerID, needs: [.init(.write, .transaction("id"))]
    ) { bench in
      let request = made(InitProducerIDRequest()) {
        $0.transactionalID = "id"
        $0.transactionTimeoutMs = 10_000
      }
      return [try bench.ask(request, version: 3, as: InitProducerIDResponse.self).errorCode]
    },
    AuthorizationCase(
      name: "AddPartitionsToTxn", key: .addPartitionsToTxn,
      needs: [.init(.write, .transaction("id")), .init(.write, .topic("topic"))]
    ) { bench in
      let request = made(AddPartitionsToTxnRequest()) {
        $0.v3AndBelowTransactionalID = "id"
        $0.v3AndBelowTopics = [
          made(AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()) {
            $0.name = "topic"
            $0.partitions = [0]
          }
        ]
      }
      return try bench.ask(request, version: 2, as: AddPartitionsToTxnResponse.self).resultsByTopicV3AndBelow.flatMap {
        $0.resultsByPartition.map(\.partitionErrorCode)
      }
    },
    AuthorizationCase(
      name: "AddOffsetsToTxn", key: .addOffsetsToTxn,
      needs: [.init(.write, .transaction("id")), .init(.read, .group("group"))]
    ) { bench in
      let request = made(AddOffsetsToTxnRequest()) {
        $0.transactionalID = "id"
        $0.groupID = "group"
      }
      return [try bench.ask(request, version: 2, as: AddOffsetsToTxnResponse.self).errorCode]
    },
    AuthorizationCase(name: "EndTxn", key: .endTxn, needs: [.init(.write, .transaction("id"))]) { bench in
      let request = made(EndTxnRequest()) { $0.transactionalID = "id" }
      return [try bench.ask(request, version: 2, as: EndTxnResponse.self).errorCode]
    },
    AuthorizationCase(
      name: "TxnOffsetCommit", key: .txnOffsetCommit,
      needs: [.init(.write, .transaction("id")), .init(.read, .group("group")), .init(.read, .topic("topic"))]
    ) { bench in
      let request = made(TxnOffsetCommitRequest()) {
        $0.transactionalID = "id"
        $0.groupID = "group"
        $0.topics = [
          made(TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()) {
            $0.name = "topic"
            $0.partitions = [TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition()]
          }
        ]
      }
      return try bench.ask(request, version: 3, as: TxnOffsetCommitResponse.self).topics.flatMap {
        $0.partitions.map(\.errorCode)
      }
    },
  ]

  private static let administration: [AuthorizationCase] = [
    AuthorizationCase(
      name: "CreateTopics", key: .createTopics, needs: [.init(.create, .topic("new"))],
      alternatives: [[Right(.create, .cluster)]]
    ) { bench in
      let request = made(CreateTopicsRequest()) {
        $0.topics = [
          made(CreateTopicsRequest.CreatableTopic()) {
            $0.name = "new"
            $0.numPartitions = 1
            $0.replicationFactor = 1
          }
        ]
      }
      return try bench.ask(request, version: 4, as: CreateTopicsResponse.self).topics.map(\.errorCode)
    },
    AuthorizationCase(name: "DeleteTopics", key: .deleteTopics, needs: [.init(.delete, .topic("topic"))]) { bench in
      let request = made(DeleteTopicsRequest()) { $0.topicNames = ["topic"] }
      return try bench.ask(request, version: 3, as: DeleteTopicsResponse.self).responses.map(\.errorCode)
    },
    AuthorizationCase(name: "DeleteRecords", key: .deleteRecords, needs: [.init(.delete, .topic("topic"))]) { bench in
      let request = made(DeleteRecordsRequest()) {
        $0.topics = [
          made(DeleteRecordsRequest.DeleteRecordsTopic()) {
            $0.name = "topic"
            $0.partitions = [made(DeleteRecordsRequest.DeleteRecordsPartition()) { $0.offset = 0 }]
          }
        ]
      }
      return try bench.ask(request, version: 1, as: DeleteRecordsResponse.self).topics.flatMap {
        $0.partitions.map(\.errorCode)
      }
    },
    AuthorizationCase(
      name: "CreatePartitions", key: .createPartitions, needs: [.init(.alter, .topic("topic"))]
    ) { bench in
      let request = made(CreatePartitionsRequest()) {
        $0.validateOnly = true
        $0.topics = [
          made(CreatePartitionsRequest.CreatePartitionsTopic()) {
            $0.name = "topic"
            $0.count = 3
          }
        ]
      }
      return try bench.ask(request, version: 1, as: CreatePartitionsResponse.self).results.map(\.errorCode)
    },
    AuthorizationCase(
      name: "DescribeConfigs", key: .describeConfigs, needs: [.init(.describeConfigs, .topic("topic"))]
    ) { bench in try describeConfigs(bench, type: Broker.topicResource, "topic") },
    AuthorizationCase(
      name: "DescribeConfigs of the broker", key: .describeConfigs, needs: [.init(.describeConfigs, .cluster)]
    ) { bench in try describeConfigs(bench, type: Broker.brokerResource, "1") },
    AuthorizationCase(name: "AlterConfigs", key: .alterConfigs, needs: [.init(.alterConfigs, .topic("topic"))]) {
      bench in try alterConfigs(bench, type: Broker.topicResource, "topic")
    },
    AuthorizationCase(
      name: "AlterConfigs of the broker", key: .alterConfigs, needs: [.init(.alterConfigs, .cluster)]
    ) { bench in try alterConfigs(bench, type: Broker.brokerResource, "1") },
    AuthorizationCase(
      name: "IncrementalAlterConfigs", key: .incrementalAlterConfigs, needs: [.init(.alterConfigs, .topic("topic"))]
    ) { bench in
      let request = made(IncrementalAlterConfigsRequest()) {
        $0.resources = [
          made(IncrementalAlterConfigsRequest.AlterConfigsResource()) {
            $0.resourceType = Broker.topicResource
            $0.resourceName = "topic"
          }
        ]
      }
      return try bench.ask(request, version: 1, as: IncrementalAlterConfigsResponse.self).responses.map(\.errorCode)
    },
    AuthorizationCase(
      name: "DescribeCluster", key: .describeCluster,
      needs: [.init(.describe, .cluster, AuthorizationCase.missing)]
    ) { bench in
      let request = made(DescribeClusterRequest()) { $0.includeClusterAuthorizedOperations = true }
      let answer = try bench.ask(request, version: 0, as: DescribeClusterResponse.self)
      return [answer.clusterAuthorizedOperations == 0 ? AuthorizationCase.missing : answer.errorCode]
    },
  ]

  // MARK: Asking

  private static func produce(_ bench: BrokerBench, transactionalID: String?) throws -> [Int16] {
    let batch = try RecordBatchEncoder.encode(
      [Record(key: [1], value: [2], timestampMilliseconds: 1000)], compression: .none)
    let request = made(ProduceRequest()) {
      $0.acks = 1
      $0.transactionalID = transactionalID
      $0.topicData = [
        made(ProduceRequest.TopicProduceData()) {
          $0.name = "topic"
          $0.partitionData = [
            made(ProduceRequest.PartitionProduceData()) { $0.records = .bytes(ByteBuffer(bytes: batch)) }
          ]
        }
      ]
    }
    return try bench.ask(request, version: 7, as: ProduceResponse.self).responses.flatMap {
      $0.partitionResponses.map(\.errorCode)
    }
  }

  private static func metadata(_ bench: BrokerBench, _ name: String) throws -> [Int16] {
    let request = made(MetadataRequest()) {
      $0.topics = [made(MetadataRequest.MetadataRequestTopic()) { $0.name = name }]
    }
    return try bench.ask(request, version: 9, as: MetadataResponse.self).topics.map(\.errorCode)
  }

  private static func coordinator(_ bench: BrokerBench, of key: String, kind: Int8) throws -> [Int16] {
    let request = made(FindCoordinatorRequest()) {
      $0.keyType = kind
      $0.coordinatorKeys = [key]
    }
    return try bench.ask(request, version: 4, as: FindCoordinatorResponse.self).coordinators.map(\.errorCode)
  }

  private static func describeConfigs(_ bench: BrokerBench, type: Int8, _ name: String) throws -> [Int16] {
    let request = made(DescribeConfigsRequest()) {
      $0.resources = [
        made(DescribeConfigsRequest.DescribeConfigsResource()) {
          $0.resourceType = type
          $0.resourceName = name
        }
      ]
    }
    return try bench.ask(request, version: 2, as: DescribeConfigsResponse.self).results.map(\.errorCode)
  }

  private static func alterConfigs(_ bench: BrokerBench, type: Int8, _ name: String) throws -> [Int16] {
    let request = made(AlterConfigsRequest()) {
      $0.resources = [
        made(AlterConfigsRequest.AlterConfigsResource()) {
          $0.resourceType = type
          $0.resourceName = name
        }
      ]
    }
    return try bench.ask(request, version: 1, as: AlterConfigsResponse.self).responses.map(\.errorCode)
  }
}
