import EventLog
import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Offsets over the wire")
struct OffsetRequestTests {
  @Test("an offset may be kept as long as a client likes, and comes back", arguments: [-1, 0, 1000, Int64.max])
  func retention(milliseconds: Int64) throws {
    let bench = try BrokerBench()
    try bench.log.createTopic("topic", partitions: 1)
    var partition = OffsetCommitRequest.OffsetCommitRequestPartition()
    partition.committedOffset = 5
    partition.committedMetadata = "here"
    var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
    topic.name = "topic"
    topic.partitions = [partition]
    var request = OffsetCommitRequest()
    request.groupID = "group"
    request.retentionTimeMs = milliseconds
    request.topics = [topic]
    let committed = try bench.ask(request, version: 2, as: OffsetCommitResponse.self)
    #expect(committed.topics.first?.partitions.first?.errorCode == 0)
    var asked = OffsetFetchRequest.OffsetFetchRequestTopic()
    asked.name = "topic"
    asked.partitionIndexes = [0]
    var fetch = OffsetFetchRequest()
    fetch.groupID = "group"
    fetch.topics = [asked]
    let fetched = try bench.ask(fetch, version: 5, as: OffsetFetchResponse.self)
    let found = try #require(fetched.topics.first?.partitions.first)
    #expect(found.committedOffset == 5 && found.metadata == "here")
  }
}
