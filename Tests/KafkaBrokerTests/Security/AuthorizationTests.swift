import AccessControl
import EventLog
import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("What each request needs the right to")
struct AuthorizationTests {
  private static let refusals: Set<Int16> = [
    ErrorCode.topicAuthorizationFailed.rawValue, ErrorCode.groupAuthorizationFailed.rawValue,
    ErrorCode.clusterAuthorizationFailed.rawValue, ErrorCode.transactionalIDAuthorizationFailed.rawValue,
    AuthorizationCase.missing,
  ]

  @Test(
    "every kind of request is let through by its rights, and refused without any one of them", arguments: Self.cases)
  func table(test: AuthorizationCase) throws {
    let rights = ListedRights()
    let bench = try BrokerBench(parts: { $0.authorizer = rights })
    try bench.log.createTopic("topic", partitions: 2)
    let commit = try bench.ask(Self.commit, version: 8, as: OffsetCommitResponse.self)
    try #require(commit.topics.first?.partitions.first?.errorCode == 0)
    let whole = Set(test.needs.map(\.right))
    for need in test.needs {
      rights.set(whole.subtracting([need.right]))
      let codes = try test.codes(bench)
      #expect(codes.contains(need.refusal), "\(test.name) without \(need.right): \(codes)")
      #expect(!codes.contains(0), "\(test.name) without \(need.right) did something: \(codes)")
    }
    for sufficient in [whole] + test.alternatives {
      rights.set(sufficient)
      let codes = try test.codes(bench)
      #expect(!codes.isEmpty && Self.refusals.isDisjoint(with: codes), "\(test.name) with \(sufficient): \(codes)")
    }
    rights.set([])
    #expect(bench.log.topic("topic") != nil || test.key == .deleteTopics)
  }

  @Test("the table has every kind of request that is served, but those that ask for no right")
  func completeness() {
    let free: Set<APIKey> = [.apiVersions, .saslHandshake, .saslAuthenticate]
    #expect(Set(Self.cases.map(\.key)).union(free) == Set(APIKey.allCases.filter { Broker.isServed($0) }))
  }

  @Test("what may not be known of is left out of lists, and its name is not told to those who ask by id")
  func hidden() throws {
    let rights = ListedRights()
    let bench = try BrokerBench(parts: { $0.authorizer = rights })
    try bench.log.createTopic("open", partitions: 1)
    try bench.log.createTopic("hidden", partitions: 1)
    let id = try #require(bench.log.topic("hidden")).id.wire
    rights.set([Right(.describe, .topic("open"))])
    var all = MetadataRequest()
    all.topics = nil
    let listed = try bench.ask(all, version: 12, as: MetadataResponse.self)
    #expect(listed.topics.map(\.name) == ["open"] && listed.topics.allSatisfy { $0.errorCode == 0 })
    var byID = MetadataRequest()
    var wanted = MetadataRequest.MetadataRequestTopic()
    wanted.name = nil
    wanted.topicID = id
    byID.topics = [wanted]
    let answer = try #require(try bench.ask(byID, version: 12, as: MetadataResponse.self).topics.first)
    #expect(answer.name == nil && answer.errorCode == ErrorCode.topicAuthorizationFailed.rawValue)
    var delete = DeleteTopicsRequest()
    var deleted = DeleteTopicsRequest.DeleteTopicState()
    deleted.name = nil
    deleted.topicID = id
    delete.topics = [deleted]
    let refused = try #require(try bench.ask(delete, version: 6, as: DeleteTopicsResponse.self).responses.first)
    #expect(refused.name == nil && refused.errorCode == ErrorCode.topicAuthorizationFailed.rawValue)
    rights.set([Right(.describe, .topic("hidden"))])
    #expect(try bench.ask(delete, version: 6, as: DeleteTopicsResponse.self).responses.first?.name == "hidden")
    #expect(bench.log.topic("hidden") != nil)
  }

  @Test("a fetch of offsets names the topics that it may not know of, and leaves them out where all are asked for")
  func offsets() throws {
    let rights = ListedRights()
    let bench = try BrokerBench(parts: { $0.authorizer = rights })
    try bench.log.createTopic("topic", partitions: 2)
    _ = try bench.ask(Self.commit, version: 8, as: OffsetCommitResponse.self)
    rights.set([Right(.describe, .group("group"))])
    var named = OffsetFetchRequest()
    named.groupID = "group"
    var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
    topic.name = "topic"
    topic.partitionIndexes = [0, 1]
    named.topics = [topic]
    let answer = try bench.ask(named, version: 5, as: OffsetFetchResponse.self)
    let denied = ErrorCode.topicAuthorizationFailed.rawValue
    #expect(answer.topics.first?.partitions.map(\.errorCode) == [denied, denied] && answer.errorCode == 0)
    var all = OffsetFetchRequest()
    all.groupID = "group"
    all.topics = nil
    #expect(try bench.ask(all, version: 5, as: OffsetFetchResponse.self).topics.isEmpty)
    rights.set([Right(.describe, .group("group")), Right(.describe, .topic("topic"))])
    #expect(try bench.ask(all, version: 5, as: OffsetFetchResponse.self).topics.first?.partitions.count == 1)
    // The first versions have no error of their own for the group.
    rights.set([Right(.describe, .topic("topic"))])
    let first = try bench.ask(named, version: 1, as: OffsetFetchResponse.self)
    let refused = ErrorCode.groupAuthorizationFailed.rawValue
    #expect(first.topics.first?.partitions.map(\.errorCode) == [refused, refused])
  }

  @Test("a topic is made for who may make it, but its settings are told only to who may know them")
  func settings() throws {
    let rights = ListedRights()
    let bench = try BrokerBench(parts: { $0.authorizer = rights })
    rights.set([Right(.create, .topic("made"))])
    var request = CreateTopicsRequest()
    var topic = CreateTopicsRequest.CreatableTopic()
    topic.name = "made"
    topic.numPartitions = 3
    topic.replicationFactor = 1
    request.topics = [topic]
    let answer = try #require(try bench.ask(request, version: 7, as: CreateTopicsResponse.self).topics.first)
    #expect(answer.errorCode == 0 && answer.topicConfigErrorCode == ErrorCode.topicAuthorizationFailed.rawValue)
    #expect(answer.numPartitions == -1 && answer.configs == [] && bench.log.partitionCount("made") == 3)
  }

  @Test("the operations that are told are those that are allowed")
  func operations() throws {
    let rights = ListedRights()
    let bench = try BrokerBench(parts: { $0.authorizer = rights })
    try bench.log.createTopic("topic", partitions: 1)
    rights.set([Right(.describe, .topic("topic")), Right(.read, .topic("topic"))])
    var request = MetadataRequest()
    request.topics = nil
    request.includeTopicAuthorizedOperations = true
    request.includeClusterAuthorizedOperations = true
    let answer = try bench.ask(request, version: 9, as: MetadataResponse.self)
    #expect(answer.topics.first?.topicAuthorizedOperations == 1 << 3 | 1 << 8)
    #expect(answer.clusterAuthorizedOperations == 0)
    rights.set([Right(.describe, .cluster), Right(.create, .cluster)])
    #expect(
      try bench.ask(request, version: 9, as: MetadataResponse.self).clusterAuthorizedOperations == 1 << 5 | 1 << 8)
  }
}
