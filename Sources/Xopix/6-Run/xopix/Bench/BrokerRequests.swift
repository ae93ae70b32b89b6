internal import KafkaWire
internal import NIOCore
internal import RecordBatches

extension WireMessage {
  /// The request with its header, without its length.
  func frame(version: Int16) -> ByteBuffer {
    var header = RequestHeader()
    header.requestApiKey = Self.apiKey
    header.requestApiVersion = version
    header.clientID = "xopix-bench"
    var writer = WireWriter()
    writer.writeRequestHeader(header)
    write(to: &writer, version: version)
    return writer.buffer
  }

  /// Reads the response of a frame.
  static func decode(_ answer: ByteBuffer, version: Int16) throws -> Self {
    var reader = WireReader(answer)
    _ = try ResponseHeader(
      reading: &reader, version: WireWriter.responseHeaderVersion(apiKey: apiKey, version: version))
    return try Self(reading: &reader, version: version)
  }
}

/// Asks for a topic, once.
struct MetadataLoad: ConnectionLoad {
  static let version: Int16 = 4
  let inFlight = 1
  let request: MetadataRequest

  mutating func next() -> ByteBuffer { request.frame(version: Self.version) }
  mutating func read(_ answer: ByteBuffer) throws -> (records: Int, bytes: Int, isError: Bool) { (0, 0, false) }
  static func decode(_ answer: ByteBuffer) throws -> MetadataResponse { try .decode(answer, version: version) }
}

/// Publishes one batch again and again.
struct PublishLoad: ConnectionLoad {
  private static let version: Int16 = 7
  let inFlight: Int
  private let frame: ByteBuffer
  private let records: Int
  private let bytes: Int

  init(topic: String, partition: Int32, batch: [UInt8], records: Int, acks: Int16, inFlight: Int) {
    var data = ProduceRequest.PartitionProduceData()
    data.index = partition
    data.records = .bytes(ByteBuffer(bytes: batch))
    var topicData = ProduceRequest.TopicProduceData()
    topicData.name = topic
    topicData.partitionData = [data]
    var request = ProduceRequest()
    request.acks = acks
    request.timeoutMs = 30_000
    request.topicData = [topicData]
    frame = request.frame(version: Self.version)
    self.records = records
    bytes = batch.count
    self.inFlight = inFlight
  }

  mutating func next() -> ByteBuffer { frame }

  mutating func read(_ answer: ByteBuffer) throws -> (records: Int, bytes: Int, isError: Bool) {
    let response = try ProduceResponse.decode(answer, version: Self.version)
    let isError = response.responses.contains { $0.partitionResponses.contains { $0.errorCode != 0 } }
    return isError ? (0, 0, true) : (records, bytes, false)
  }
}

/// Reads a partition from its beginning to its end, round and round.
struct ConsumeLoad: ConnectionLoad {
  private static let version: Int16 = 11
  let inFlight = 1
  private let topic: String
  private let partition: Int32
  private let maxBytes: Int32
  private var offset: Int64 = 0

  init(topic: String, partition: Int32, maxBytes: Int32) {
    self.topic = topic
    self.partition = partition
    self.maxBytes = maxBytes
  }

  mutating func next() -> ByteBuffer {
    var fetched = FetchRequest.FetchPartition()
    fetched.partition = partition
    fetched.fetchOffset = offset
    fetched.partitionMaxBytes = maxBytes
    var asked = FetchRequest.FetchTopic()
    asked.topic = topic
    asked.partitions = [fetched]
    var request = FetchRequest()
    request.replicaID = -1
    request.maxWaitMs = 100
    request.minBytes = 1
    request.maxBytes = maxBytes
    request.topics = [asked]
    return request.frame(version: Self.version)
  }

  mutating func read(_ answer: ByteBuffer) throws -> (records: Int, bytes: Int, isError: Bool) {
    let response = try FetchResponse.decode(answer, version: Self.version)
    guard let data = response.responses.first?.partitions.first else { return (0, 0, true) }
    guard data.errorCode == 0 else {
      // What was there when reading began may have been removed since.
      offset = max(0, data.logStartOffset)
      return (0, 0, true)
    }
    var records = 0
    var bytes = 0
    if case .bytes(let buffer) = data.records {
      let span = buffer.readableBytesSpan
      while bytes + RecordBatchHeader.byteCount <= span.byteCount {
        let header = try RecordBatchHeader(
          reading: span.extracting(bytes..<bytes + RecordBatchHeader.byteCount))
        // The last batch may be cut.
        guard bytes + header.byteCount <= span.byteCount else { break }
        bytes += header.byteCount
        records += header.count
        offset = header.nextOffset.rawValue
      }
    }
    if offset >= data.highWatermark { offset = 0 }
    return (records, bytes, false)
  }
}
