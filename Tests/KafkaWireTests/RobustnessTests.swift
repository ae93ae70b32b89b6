import KafkaWire
import NIOCore
import Testing

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededSource: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] {
    (0..<Int.random(in: range, using: &self)).map { _ in
      // Small numbers make plausible counts and lengths.
      Bool.random(using: &self) ? UInt8.random(in: 0...3, using: &self) : UInt8.random(in: 0...255, using: &self)
    }
  }
}

@Suite("Any bytes")
struct RobustnessTests {
  static let messages: [any WireMessage.Type] = [
    ProduceRequest.self, ProduceResponse.self, FetchRequest.self, FetchResponse.self, ListOffsetsRequest.self,
    ListOffsetsResponse.self, MetadataRequest.self, MetadataResponse.self, OffsetCommitRequest.self,
    OffsetCommitResponse.self, OffsetFetchRequest.self, OffsetFetchResponse.self, FindCoordinatorRequest.self,
    FindCoordinatorResponse.self, JoinGroupRequest.self, JoinGroupResponse.self, HeartbeatRequest.self,
    HeartbeatResponse.self, LeaveGroupRequest.self, LeaveGroupResponse.self, SyncGroupRequest.self,
    SyncGroupResponse.self, DescribeGroupsRequest.self, DescribeGroupsResponse.self, ListGroupsRequest.self,
    ListGroupsResponse.self, SaslHandshakeRequest.self, SaslHandshakeResponse.self, SaslAuthenticateRequest.self,
    SaslAuthenticateResponse.self, ApiVersionsRequest.self, ApiVersionsResponse.self, CreateTopicsRequest.self,
    CreateTopicsResponse.self, DeleteTopicsRequest.self, DeleteTopicsResponse.self, DeleteRecordsRequest.self,
    DeleteRecordsResponse.self, InitProducerIDRequest.self, InitProducerIDResponse.self,
    OffsetForLeaderEpochRequest.self, OffsetForLeaderEpochResponse.self, AddPartitionsToTxnRequest.self,
    AddPartitionsToTxnResponse.self, AddOffsetsToTxnRequest.self, AddOffsetsToTxnResponse.self, EndTxnRequest.self,
    EndTxnResponse.self, TxnOffsetCommitRequest.self, TxnOffsetCommitResponse.self, DescribeConfigsRequest.self,
    DescribeConfigsResponse.self, AlterConfigsRequest.self, AlterConfigsResponse.self,
    IncrementalAlterConfigsRequest.self, IncrementalAlterConfigsResponse.self, CreatePartitionsRequest.self,
    CreatePartitionsResponse.self, DeleteGroupsRequest.self, DeleteGroupsResponse.self, OffsetDeleteRequest.self,
    OffsetDeleteResponse.self, DescribeClusterRequest.self, DescribeClusterResponse.self,
    DescribeTopicPartitionsRequest.self, DescribeTopicPartitionsResponse.self, WriteTxnMarkersRequest.self,
    WriteTxnMarkersResponse.self, ConsumerGroupHeartbeatRequest.self, ConsumerGroupHeartbeatResponse.self,
    ConsumerGroupDescribeRequest.self, ConsumerGroupDescribeResponse.self,
  ]

  /// Reads bytes; what can be read is written and read again, and must be the same.
  static func check<Message: WireMessage>(_ type: Message.Type, _ bytes: [UInt8], version: Int16) throws -> Bool {
    var reader = WireReader(ByteBuffer(bytes: bytes))
    guard let message = try? Message(reading: &reader, version: version) else { return false }
    var writer = WireWriter()
    message.write(to: &writer, version: version)
    // A null where the version has none is read as what stands for it, so bytes are compared with bytes.
    var again = WireReader(writer.buffer)
    var second = WireWriter()
    try Message(reading: &again, version: version).write(to: &second, version: version)
    #expect(second.buffer == writer.buffer, "\(Message.self) \(version)")
    #expect(again.remaining == 0)
    return true
  }

  @Test("random bytes are refused, or are a message that is written and read back; every kind, every version")
  func randomBytes() throws {
    let seed = UInt64.random(in: 0..<1_000_000)
    print("seed \(seed)")
    var source = SeededSource(state: seed)
    var read = 0
    for type in Self.messages {
      for version in type.versions {
        for _ in 0..<150 { if try Self.check(type, source.bytes(0...60), version: version) { read += 1 } }
      }
    }
    #expect(read > 1000)
  }

  @Test("an empty message of every kind and version comes back, and is refused where it is cut")
  func emptyMessages() throws {
    func check<Message: WireMessage>(_ type: Message.Type) throws {
      for version in Message.versions {
        var writer = WireWriter()
        Message().write(to: &writer, version: version)
        let bytes = Array(writer.buffer.readableBytesView)
        var reader = WireReader(writer.buffer)
        #expect(try Message(reading: &reader, version: version) == Message(), "\(Message.self) \(version)")
        for count in 0..<bytes.count {
          var cut = WireReader(ByteBuffer(bytes: bytes[..<count]))
          #expect(throws: WireError.self, "\(Message.self) \(version) cut at \(count)") {
            try Message(reading: &cut, version: version)
          }
        }
      }
    }
    for type in Self.messages { try check(type) }
  }

  @Test("a count asks for no more elements than there are bytes, nor for more than a message may have")
  func counts() {
    var reader = WireReader(ByteBuffer(bytes: [0x7f, 0xff, 0xff, 0xff, 0, 1, 2]))
    #expect(throws: WireError.invalidLength(field: "X", length: 0x7fff_ffff)) {
      try reader.readArray(isCompact: false, field: "X") { (reader: inout WireReader) throws(WireError) -> Int8 in
        try reader.readInteger(field: "Y")
      }
    }
    let many = [UInt8](repeating: 0, count: WireReader.mostElements + 100)
    var writer = WireWriter()
    writer.writeInteger(Int32(WireReader.mostElements + 1))
    var buffer = writer.buffer
    buffer.writeBytes(many)
    var long = WireReader(buffer)
    #expect(throws: WireError.tooManyElements(field: "X")) {
      try long.readArray(isCompact: false, field: "X") { (reader: inout WireReader) throws(WireError) -> Int8 in
        try reader.readInteger(field: "Y")
      }
    }
  }
}
