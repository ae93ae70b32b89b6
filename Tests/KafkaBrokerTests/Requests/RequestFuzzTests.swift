import EventLog
import Foundation
import KafkaWire
import NIOCore
import RecordBatches
import Testing

@testable import KafkaBroker

/// SplitMix64 (Steele, Lea and Flood, 2014).
private struct FuzzSource: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

@Suite("Malformed requests", .serialized)
struct RequestFuzzTests {
  /// `XOPIX_FUZZ_REQUESTS` and `XOPIX_SEED` repeat and lengthen the run.
  static let count = ProcessInfo.processInfo.environment["XOPIX_FUZZ_REQUESTS"].flatMap { Int($0) } ?? 60_000
  static let seed =
    ProcessInfo.processInfo.environment["XOPIX_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)

  @Test("mutated requests of every kind and version crash and hang nothing, and take bounded memory")
  func mutations() throws {
    print("XOPIX_SEED=\(Self.seed) XOPIX_FUZZ_REQUESTS=\(Self.count)")
    let bench = try BrokerBench({ $0.createsTopics = false }, maximumPartitions: 60)
    var source = FuzzSource(state: Self.seed)
    let samples = try Self.samples()
    var answered = 0
    for number in 0..<Self.count {
      if number % 20_000 == 0 { try? bench.log.createTopic("topic", partitions: 2) }
      var bytes = samples[Int.random(in: 0..<samples.count, using: &source)]
      Self.mutate(&bytes, &source)
      if case .success = bench.answer(ByteBuffer(bytes: bytes)) { answered += 1 }
      if number % 5000 == 0 {
        // Whatever came before, the next client is answered.
        let versions = try bench.ask(ApiVersionsRequest(), version: 3, as: ApiVersionsResponse.self)
        #expect(versions.errorCode == 0)
      }
    }
    let metadata = try bench.ask(MetadataRequest(), version: 9, as: MetadataResponse.self)
    #expect(metadata.brokers.count == 1)
    #expect(answered > Self.count / 20, "\(answered) of \(Self.count) could be read at all")
    let peak = Self.peakMemory()
    print("\(answered) of \(Self.count) mutated requests could be read; peak memory \(peak >> 20) MiB")
    #expect(peak < 3 << 30)
  }

  @Test("mutated requests of clients that have not said who they are crash nothing, and get nothing")
  func mutationsBeforeAuthentication() throws {
    let count = Self.count / 4
    print("XOPIX_SEED=\(Self.seed) XOPIX_FUZZ_REQUESTS=\(Self.count)")
    let bench = try BrokerBench(
      { $0.failedAuthenticationMilliseconds = 0 }, parts: { $0.authenticator = WordAuthenticator() })
    try bench.log.createTopic("topic", partitions: 2)
    var source = FuzzSource(state: Self.seed)
    let samples = try Self.samples() + Self.authenticationSamples()
    var answered = 0
    for _ in 0..<count {
      var bytes = samples[Int.random(in: 0..<samples.count, using: &source)]
      Self.mutate(&bytes, &source)
      guard case .success(let answer) = bench.answer(ByteBuffer(bytes: bytes)) else { continue }
      // A word is checked before the next request comes, as clients wait for it.
      _ = try answer.wait()
      answered += 1
      let key = bytes.count > 1 ? Int16(bytes[0]) << 8 | Int16(bytes[1]) : -1
      #expect([APIKey.apiVersions, .saslHandshake, .saslAuthenticate].map(\.rawValue).contains(key))
    }
    #expect(answered > count / 100, "\(answered) of \(count) could be read at all")
    #expect(bench.log.endOffset(of: TopicPartition(topic: "topic", partition: 0)).rawValue == 0)
  }

  /// Handshakes and messages of both mechanisms; none of them is right.
  private static func authenticationSamples() -> [[UInt8]] {
    var samples: [[UInt8]] = []
    for mechanism in ["WORD", "SCRAM-SHA-256", "PLAIN"] {
      var request = SaslHandshakeRequest()
      request.mechanism = mechanism
      samples.append(Array(BrokerBench.frame(request, version: 1).readableBytesView))
    }
    for text in [
      "", "ali:closed", "n,,n=ali,r=abc", "c=biws,r=abcnonce,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    ] {
      var request = SaslAuthenticateRequest()
      request.authBytes = ByteBuffer(string: text)
      for version: Int16 in 0...2 {
        samples.append(Array(BrokerBench.frame(request, version: version).readableBytesView))
      }
    }
    // More of these than of others.
    return samples + samples + samples
  }

  /// The process's greatest resident memory in bytes.
  private static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }

  private static func mutate(_ bytes: inout [UInt8], _ source: inout FuzzSource) {
    for _ in 0..<Int.random(in: 1...4, using: &source) {
      guard !bytes.isEmpty else { return }
      let place = Int.random(in: 0..<bytes.count, using: &source)
      switch Int.random(in: 0...6, using: &source) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &source)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &source)
      case 2: bytes.removeSubrange(place...)
      case 3: bytes.insert(contentsOf: (0..<Int.random(in: 1...9, using: &source)).map { _ in 0xff }, at: place)
      case 4:
        // A length or a count of any size.
        let value =
          [0, 1, 0x7fff_ffff, 0xffff_ffff, UInt32.random(in: 0...70_000, using: &source)]
          .randomElement(using: &source) ?? 0
        for (index, shift) in [24, 16, 8, 0].enumerated() where place + index < bytes.count {
          bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt32(shift))
        }
      case 5: bytes.append(contentsOf: bytes[place...])
      default: bytes[place] = [0, 0x7f, 0x80, 0xff].randomElement(using: &source) ?? 0
      }
    }
  }

  /// Valid requests of every kind and version, with what clients usually fill in.
  private static func samples() throws -> [[UInt8]] {
    var samples: [[UInt8]] = []
    func add<Request: WireMessage>(_ request: Request) {
      guard let key = APIKey(rawValue: Request.apiKey) else { return }
      for version in key.decodableVersions {
        samples.append(Array(BrokerBench.frame(request, version: version).readableBytesView))
      }
    }
    let batch = try RecordBatchEncoder.encode(
      (0..<5).map { Record(key: [1], value: Array("value \($0)".utf8), timestampMilliseconds: 1000) },
      compression: .zstd, producer: ProducerFields(id: 1, epoch: 0, baseSequence: 0))
    var produce = ProduceRequest()
    produce.acks = 1
    var produced = ProduceRequest.TopicProduceData()
    produced.name = "topic"
    var partition = ProduceRequest.PartitionProduceData()
    partition.records = .bytes(ByteBuffer(bytes: batch))
    produced.partitionData = [partition]
    produce.topicData = [produced]
    add(produce)
    var fetch = FetchRequest()
    var fetched = FetchRequest.FetchTopic()
    fetched.topic = "topic"
    var fetchedPartition = FetchRequest.FetchPartition()
    fetchedPartition.partitionMaxBytes = 1000
    fetched.partitions = [fetchedPartition]
    fetch.topics = [fetched]
    add(fetch)
    var list = ListOffsetsRequest()
    var listed = ListOffsetsRequest.ListOffsetsTopic()
    listed.name = "topic"
    listed.partitions = [ListOffsetsRequest.ListOffsetsPartition()]
    list.topics = [listed]
    add(list)
    var metadata = MetadataRequest()
    var topic = MetadataRequest.MetadataRequestTopic()
    topic.name = "topic"
    metadata.topics = [topic]
    add(metadata)
    var commit = OffsetCommitRequest()
    commit.groupID = "group"
    var committed = OffsetCommitRequest.OffsetCommitRequestTopic()
    committed.name = "topic"
    committed.partitions = [OffsetCommitRequest.OffsetCommitRequestPartition()]
    commit.topics = [committed]
    add(commit)
    var join = JoinGroupRequest()
    join.groupID = "group"
    join.sessionTimeoutMs = 10_000
    join.protocolType = "consumer"
    var strategy = JoinGroupRequest.JoinGroupRequestProtocol()
    strategy.name = "range"
    join.protocols = [strategy]
    add(join)
    var create = CreateTopicsRequest()
    var created = CreateTopicsRequest.CreatableTopic()
    created.name = "made"
    created.numPartitions = 1
    created.replicationFactor = 1
    create.topics = [created]
    add(create)
    var initialise = InitProducerIDRequest()
    initialise.transactionalID = "transaction"
    initialise.transactionTimeoutMs = 60_000
    add(initialise)
    var describe = DescribeConfigsRequest()
    var resource = DescribeConfigsRequest.DescribeConfigsResource()
    resource.resourceType = 2
    resource.resourceName = "topic"
    describe.resources = [resource]
    add(describe)
    for request in Self.plain { add(request) }
    return samples
  }

  private static var plain: [any WireMessage] {
    [
      OffsetFetchRequest(), FindCoordinatorRequest(), HeartbeatRequest(), LeaveGroupRequest(), SyncGroupRequest(),
      DescribeGroupsRequest(), ListGroupsRequest(), SaslHandshakeRequest(), SaslAuthenticateRequest(),
      ApiVersionsRequest(), DeleteTopicsRequest(), DeleteRecordsRequest(), OffsetForLeaderEpochRequest(),
      AddPartitionsToTxnRequest(), AddOffsetsToTxnRequest(), EndTxnRequest(), TxnOffsetCommitRequest(),
      AlterConfigsRequest(), IncrementalAlterConfigsRequest(), CreatePartitionsRequest(), DeleteGroupsRequest(),
      OffsetDeleteRequest(), DescribeClusterRequest(), WriteTxnMarkersRequest(), ConsumerGroupHeartbeatRequest(),
    ]
  }
}
