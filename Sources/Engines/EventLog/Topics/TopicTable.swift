internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// The log's topics, and its partitions in the order of their numbers, which the order journal uses: the file
/// `partitions`, which `docs/formats/event-log.md` describes.
struct TopicTable: Equatable {
  /// What is stored of a topic beside its partitions.
  struct Topic: Equatable {
    var name: String
    var id: TopicID
    var settings: [String: String]
  }

  /// The partitions by number; nil for those of a deleted topic, whose numbers are not given again.
  var partitions: [TopicPartition?] = []
  var topics: [Topic] = []

  static let fileName = "partitions"
  private static let magic = Array("XOPIXPAR".utf8)
  private static let version: UInt32 = 2

  static func read(directory: String) throws(EventLogError) -> TopicTable {
    let path = directory + "/" + fileName
    guard Files.exists(path) else { return TopicTable() }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path) } catch { throw .storage(error) }
    let content = Array(bytes.dropLast(4))
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard bytes.count > 16, content.starts(with: magic), stored == Checksum.crc32c(content) else {
      throw .damaged(file: path, position: 0, reason: "its checksum is wrong")
    }
    do throws(ByteReaderError) {
      return try TopicTable(content)
    } catch {
      throw .damaged(
        file: path, position: 0, reason: "it was written by another version of Xopix, or is damaged: \(error)")
    }
  }

  init() {}

  private init(_ content: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(content.rawBytes)
    try reader.skip(Self.magic.count)
    let found = try reader.read(UInt32.self)
    guard found == 1 || found == Self.version else { throw .malformedText(offset: Self.magic.count) }
    for _ in 0..<(try reader.readCount()) {
      let topic = try reader.readPrefixedString()
      let number = Int32(truncatingIfNeeded: try reader.readVarint())
      partitions.append(topic.isEmpty ? nil : TopicPartition(topic: topic, partition: number))
    }
    guard found == Self.version else {
      // Version 1 knew no settings and no ids.
      for (number, partition) in partitions.enumerated() {
        guard let partition, partition.partition == 0 else { continue }
        topics.append(Topic(name: partition.topic, id: TopicID(name: partition.topic, number: number), settings: [:]))
      }
      return
    }
    for _ in 0..<(try reader.readCount()) {
      let name = try reader.readPrefixedString()
      let id = TopicID(high: try reader.read(), low: try reader.read())
      var settings: [String: String] = [:]
      for _ in 0..<(try reader.readCount()) {
        let key = try reader.readPrefixedString()
        settings[key] = try reader.readPrefixedString()
      }
      topics.append(Topic(name: name, id: id, settings: settings))
    }
  }

  func write(directory: String) throws(EventLogError) {
    var writer = ByteWriter()
    writer.writeBytes(Self.magic)
    writer.write(Self.version)
    writer.writeVarint(UInt64(partitions.count))
    for partition in partitions {
      writer.writePrefixed(partition?.topic ?? "")
      writer.writeVarint(UInt64(partition?.partition ?? 0))
    }
    writer.writeVarint(UInt64(topics.count))
    for topic in topics {
      writer.writePrefixed(topic.name)
      writer.write(topic.id.high)
      writer.write(topic.id.low)
      writer.writeVarint(UInt64(topic.settings.count))
      for (key, value) in topic.settings.sorted(by: { $0.key < $1.key }) {
        writer.writePrefixed(key)
        writer.writePrefixed(value)
      }
    }
    writer.write(Checksum.crc32c(writer.bytes))
    do throws(FileError) {
      try Files.replace(directory + "/" + Self.fileName, with: writer.bytes)
    } catch {
      throw .storage(error)
    }
  }
}

/// Tells a topic from one of the same name that was deleted before it was made: Kafka's topic id, 128 bits.
public struct TopicID: Hashable, Sendable {
  /// The first eight bytes, as a big-endian number.
  public let high: UInt64
  /// The last eight bytes.
  public let low: UInt64

  /// An id from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The id of a topic by its name and the number of its first partition, which is given once only.
  init(name: String, number: Int) {
    let text = Array("\(number) \(name)".utf8)
    high = XXHash64.hash(text.rawBytes, seed: 1)
    low = XXHash64.hash(text.rawBytes, seed: 2)
  }
}
