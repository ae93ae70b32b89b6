internal import ByteCoding
internal import DurableFiles
internal import EventLog
internal import EventSources
internal import JSONBytes
internal import Projections
internal import RecordBatches
internal import ShopEvents

/// Looks into a data directory that no server holds.
public struct Inspection: Sendable {
  private let directory: DataDirectory
  private let log: EventLog

  /// Opens the data directory `data`, which must exist.
  public init(data: String) throws(StartFailure) {
    guard Files.isDirectory(data) else { throw .configuration(reason: "there is no data directory \(data)") }
    (directory, log) = try StartFailure.reported {
      let directory = try DataDirectory(path: data)
      return (directory, try EventLog.open(directory: directory.log))
    }
  }

  // MARK: Verifying

  /// Reads every checksum of log and generations; returns what is damaged, a line each.
  ///
  /// - Parameter assets: the directory of fixtures; nil to look for it.
  public func verify(assets: String? = nil) throws(StartFailure) -> [String] {
    try StartFailure.reported {
      var damages = log.recovery.lostBytes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value) bytes are lost" }
      damages += log.verify().map(\.description)
      let factory = ProjectionFactory(
        log: log, definitions: try Assets(given: assets).definitions(), sink: nil, wallClock: Clock.now)
      let store = try GenerationStore(directory: directory.generations)
      for name in try store.all() {
        // Opening a generation reads all of its files and checks them.
        do {
          _ = try factory.open(directory: store.path(of: name), writes: false)
        } catch {
          damages.append("\(name): \(error)")
        }
      }
      return damages
    }
  }

  // MARK: Topics

  /// The partitions of every topic with their offsets, a line each, or all as one line of JSON.
  public func topics(asJSON: Bool) -> [String] {
    var writer = JSONWriter()
    writer.beginArray()
    var lines: [String] = []
    for topic in log.topics {
      for number in 0..<topic.partitions {
        let partition = TopicPartition(topic: topic.name, partition: number)
        let start = log.startOffset(of: partition).rawValue
        let end = log.endOffset(of: partition).rawValue
        lines.append("\(topic.name)\t\(number)\t\(start)\t\(end)")
        writer.beginObject()
        writer.key("topic")
        writer.string(topic.name)
        writer.key("partition")
        writer.integer(Int64(number))
        writer.key("start")
        writer.integer(start)
        writer.key("end")
        writer.integer(end)
        writer.endObject()
      }
    }
    writer.endArray()
    return asJSON ? [String(decoding: writer.bytes, as: UTF8.self)] : ["topic\tpartition\tstart\tend"] + lines
  }

  // MARK: Dead letters

  /// How many dead letters each topic has, a line each, or all as one line of JSON.
  public func deadLetterCounts(asJSON: Bool) -> [String] {
    var writer = JSONWriter()
    writer.beginObject()
    var lines: [String] = []
    for topic in EventTypes.topics {
      let count = partitions(of: EventTypes.deadLetterTopic(of: topic)).reduce(Int64(0)) {
        $0 + log.endOffset(of: $1).rawValue - log.startOffset(of: $1).rawValue
      }
      guard count > 0 else { continue }
      lines.append("\(topic)\t\(count)")
      writer.key(topic)
      writer.integer(count)
    }
    writer.endObject()
    return asJSON ? [String(decoding: writer.bytes, as: UTF8.self)] : lines
  }

  /// A topic's dead letters with their reasons, a line each: tab-separated, or a JSON object.
  public func deadLetters(of topic: String, asJSON: Bool) throws(StartFailure) -> [String] {
    guard EventTypes.byTopic[topic] != nil else {
      throw .configuration(
        reason: "\(topic) is no topic of events; there are \(EventTypes.topics.joined(separator: ", "))")
    }
    return try StartFailure.reported {
      var lines: [String] = []
      for partition in partitions(of: EventTypes.deadLetterTopic(of: topic)) {
        try log.forEachRecord(of: partition, from: Offset(rawValue: 0)) { record, offset in
          lines.append(asJSON ? Self.json(record, at: offset, of: partition) : Self.text(record))
        }
      }
      return lines
    }
  }

  private func partitions(of topic: String) -> [TopicPartition] {
    (0..<(log.partitionCount(topic) ?? 0)).map { TopicPartition(topic: topic, partition: $0) }
  }

  private static func headers(of record: Record) -> [(String, String)] {
    record.headers.map { ($0.key, String(decoding: $0.value ?? [], as: UTF8.self)) }
  }

  private static func text(_ record: Record) -> String {
    let headers = Dictionary(headers(of: record)) { first, _ in first }
    let place = ["dlq.topic", "dlq.partition", "dlq.offset"].map { headers[$0] ?? "?" }.joined(separator: ":")
    let value = String(decoding: (record.value ?? []).prefix(200), as: UTF8.self)
    return "\(place)\t\(headers["dlq.error.code"] ?? "?")\t\(headers["dlq.error.message"] ?? "")\t\(value)"
  }

  private static func json(_ record: Record, at offset: Offset, of partition: TopicPartition) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("topic")
    writer.string(partition.topic)
    writer.key("partition")
    writer.integer(Int64(partition.partition))
    writer.key("offset")
    writer.integer(offset.rawValue)
    writer.key("headers")
    writer.beginObject()
    for (key, value) in headers(of: record) {
      writer.key(key)
      writer.string(value)
    }
    writer.endObject()
    writer.key("value")
    if let value = record.value { writer.string(String(decoding: value, as: UTF8.self)) } else { writer.null() }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  // MARK: Files

  /// What is inside a log segment or a checkpoint, a line each; throws where the file is damaged or of another kind.
  public static func describe(file: String) throws -> [String] {
    let bytes = try Files.read(file)
    if bytes.starts(with: Array("XOPIXCKP".utf8)) { return try CheckpointDescription.lines(of: bytes, path: file) }
    guard file.hasSuffix(".log") else { throw InspectionError.unknownKind }
    return try RecordBatchView.batches(in: bytes).map { batch in
      let time = Timestamp(milliseconds: batch.maxTimestamp).rfc3339
      return "offsets \(batch.baseOffset.rawValue)–\(batch.nextOffset.rawValue - 1)\t\(batch.count) records\t"
        + "\(batch.bytes.count) bytes\tlatest \(time)"
    }
  }
}

/// Why a file can't be described.
public enum InspectionError: Error, CustomStringConvertible {
  /// It is neither a log segment nor a checkpoint.
  case unknownKind

  /// One line.
  public var description: String { "it is neither a log segment (….log) nor a checkpoint" }
}
