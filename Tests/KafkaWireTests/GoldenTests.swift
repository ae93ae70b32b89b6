import KafkaWire
import NIOCore
import Testing

/// Bytes that were written by hand from the protocol's definition.
@Suite("Messages on the wire")
struct GoldenTests {
  static func bytes(_ message: some WireMessage, version: Int16) -> [UInt8] {
    var writer = WireWriter()
    message.write(to: &writer, version: version)
    return Array(writer.buffer.readableBytesView)
  }

  static func read<Message: WireMessage>(_ bytes: [UInt8], version: Int16) throws -> Message {
    var reader = WireReader(ByteBuffer(bytes: bytes))
    let message = try Message(reading: &reader, version: version)
    #expect(reader.remaining == 0)
    return message
  }

  @Test("a request's header has a client id of the old form in both versions, and tagged fields in the second")
  func requestHeaders() throws {
    let plain: [UInt8] = [0, 3, 0, 1, 0, 0, 0, 9, 0, 2, 0x6d, 0x65]
    var reader = WireReader(ByteBuffer(bytes: plain))
    let header = try RequestHeader.read(from: &reader)
    #expect(header.requestApiKey == 3 && header.requestApiVersion == 1 && header.correlationID == 9)
    #expect(header.clientID == "me" && reader.remaining == 0)
    reader = WireReader(ByteBuffer(bytes: [0, 3, 0, 9, 0, 0, 0, 9, 0xff, 0xff, 0, 0x7f]))
    #expect(try RequestHeader.read(from: &reader).clientID == nil)
    #expect(reader.remaining == 1)
  }

  @Test("the header of an answer to ApiVersions never has tagged fields, that of other flexible versions has")
  func responseHeaders() {
    for (key, version, expected) in [
      (18, 3, [0, 0, 0, 5]), (18, 0, [0, 0, 0, 5]), (3, 8, [0, 0, 0, 5]), (3, 9, [0, 0, 0, 5, 0]),
    ] as [(Int16, Int16, [UInt8])] {
      var writer = WireWriter()
      writer.writeResponseHeader(apiKey: key, version: version, correlationID: 5)
      #expect(Array(writer.buffer.readableBytesView) == expected)
    }
  }

  @Test("ApiVersions in the old form and in the flexible one")
  func apiVersions() throws {
    var row = ApiVersionsResponse.ApiVersion()
    row.apiKey = 18
    row.maxVersion = 4
    var response = ApiVersionsResponse()
    response.errorCode = 35
    response.apiKeys = [row]
    let old: [UInt8] = [0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4]
    #expect(Self.bytes(response, version: 0) == old)
    #expect(try Self.read(old, version: 0) == response)
    let flexible: [UInt8] = [0, 35, 2, 0, 18, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0]
    #expect(Self.bytes(response, version: 3) == flexible)
    #expect(try Self.read(flexible, version: 3) == response)
  }

  @Test("Metadata asks for all topics by none, in each version's way")
  func metadata() throws {
    var request = MetadataRequest()
    request.topics = nil
    #expect(Self.bytes(request, version: 1) == [0xff, 0xff, 0xff, 0xff])
    #expect(try (Self.read([0xff, 0xff, 0xff, 0xff], version: 1) as MetadataRequest).topics == nil)
    #expect(try (Self.read([0, 0, 0, 0], version: 0) as MetadataRequest).topics == [])
    request.allowAutoTopicCreation = false
    #expect(Self.bytes(request, version: 9) == [0, 0, 0, 0, 0])
    var topic = MetadataRequest.MetadataRequestTopic()
    topic.name = "ab"
    request.topics = [topic]
    let flexible: [UInt8] = [2, 3, 0x61, 0x62, 0, 0, 0, 0, 0]
    #expect(Self.bytes(request, version: 9) == flexible)
    #expect(try Self.read(flexible, version: 9) == request)
  }

  @Test("Produce carries its records as a slice, and an answer leaves a hole for records that stand elsewhere")
  func records() throws {
    let bytes: [UInt8] = [
      0xff, 0xff, 0xff, 0xff, 0, 0, 0, 10,  // no transaction, acks −1, ten milliseconds
      0, 0, 0, 1, 0, 1, 0x74,  // one topic, t
      0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 7, 8, 9,  // one partition, 2, three bytes
    ]
    let request: ProduceRequest = try Self.read(bytes, version: 3)
    #expect(request.acks == -1 && request.transactionalID == nil && request.timeoutMs == 10)
    let partition = try #require(request.topicData.first?.partitionData.first)
    #expect(partition.index == 2 && partition.records == .bytes(ByteBuffer(bytes: [7, 8, 9])))
    #expect(Self.bytes(request, version: 3) == bytes)
    var data = FetchResponse.PartitionData()
    data.records = .external(byteCount: 500)
    var topic = FetchResponse.FetchableTopicResponse()
    topic.topic = "t"
    topic.partitions = [data]
    var response = FetchResponse()
    response.responses = [topic]
    var writer = WireWriter()
    response.write(to: &writer, version: 4)
    #expect(writer.holes.count == 1 && writer.holes.first?.byteCount == 500)
    #expect(writer.holes.first?.position == writer.buffer.readableBytes)
    #expect(writer.buffer.getInteger(at: writer.buffer.writerIndex - 4, as: Int32.self) == 500)
    #expect(writer.byteCount == writer.buffer.readableBytes + 500)
  }

  @Test("tagged fields that nobody knows are passed over, and must be in order")
  func taggedFields() throws {
    let known = HeartbeatRequest()
    var bytes = Self.bytes(known, version: 4)
    bytes.removeLast()
    #expect(try Self.read(bytes + [2, 5, 1, 0xaa, 9, 0], version: 4) == known)
    #expect(throws: WireError.unorderedTags) {
      try Self.read(bytes + [2, 9, 0, 5, 0], version: 4) as HeartbeatRequest
    }
    #expect(throws: WireError.truncated(field: "tagged field")) {
      try Self.read(bytes + [1, 5, 9, 0], version: 4) as HeartbeatRequest
    }
  }
}
