import ByteCoding
import Projections
import RecordBatches
import Synchronization

/// A log in memory.
struct ToySource: BatchSource {
  var batches: [SourceBatch] = []

  func read(from ordinal: UInt64, maxBytes: Int) -> SourceReading {
    var found: [SourceBatch] = []
    var bytes = 0
    for batch in batches.dropFirst(Int(ordinal)) {
      if !found.isEmpty, bytes + batch.bytes.count > maxBytes { break }
      bytes += batch.bytes.count
      found.append(batch)
    }
    return SourceReading(batches: found, nextOrdinal: found.last.map { $0.ordinal + 1 } ?? ordinal)
  }

  func waitForBatch(at ordinal: UInt64, milliseconds: Int) -> Bool { ordinal < endOrdinal }

  var endOrdinal: UInt64 { UInt64(batches.count) }

  var endPosition: Position {
    var position = Position()
    for batch in batches { position.advance(batch.topicPartition, to: batch.nextOffset) }
    return position
  }

  /// Appends a batch; `deltas` place the records, which else follow each other.
  mutating func append(
    _ records: [Record], to topic: String, partition: Int32 = 0, deltas: [Int64]? = nil, isControl: Bool = false
  ) {
    let place = TopicPartition(topic: topic, partition: partition)
    let base = endPosition[place].rawValue
    let deltas = deltas ?? records.indices.map { Int64($0) }
    let next = base + (deltas.last ?? 0) + 1
    batches.append(
      SourceBatch(
        ordinal: endOrdinal, topicPartition: place, nextOffset: Offset(rawValue: next),
        bytes: Self.batch(records, base: base, deltas: deltas, isControl: isControl)))
  }

  /// A batch field by field from Kafka's description of it, since the encoder writes none with gaps.
  private static func batch(_ records: [Record], base: Int64, deltas: [Int64], isControl: Bool) -> [UInt8] {
    let firstTime = records.first?.timestampMilliseconds ?? 0
    var checked = ByteWriter()
    checked.writeBigEndian(UInt16(isControl ? 0x20 : 0))
    checked.writeBigEndian(Int32(deltas.last ?? 0))
    checked.writeBigEndian(firstTime)
    checked.writeBigEndian(records.map(\.timestampMilliseconds).max() ?? 0)
    checked.writeBigEndian(Int64(-1))
    checked.writeBigEndian(Int16(-1))
    checked.writeBigEndian(Int32(-1))
    checked.writeBigEndian(Int32(records.count))
    for (record, delta) in zip(records, deltas) {
      var content = ByteWriter()
      content.write(UInt8(0))
      content.writeSignedVarint(record.timestampMilliseconds - firstTime)
      content.writeSignedVarint(delta)
      for bytes in [record.key, record.value] { write(bytes, to: &content) }
      content.writeSignedVarint(Int64(record.headers.count))
      for header in record.headers {
        write(Array(header.key.utf8), to: &content)
        write(header.value, to: &content)
      }
      checked.writeSignedVarint(Int64(content.count))
      checked.writeBytes(content.bytes)
    }
    var batch = ByteWriter()
    batch.writeBigEndian(base)
    batch.writeBigEndian(Int32(checked.count + 9))
    batch.writeBigEndian(Int32(0))
    batch.write(UInt8(2))
    batch.writeBigEndian(Checksum.crc32c(checked.bytes))
    batch.writeBytes(checked.bytes)
    return batch.bytes
  }

  private static func write(_ bytes: [UInt8]?, to content: inout ByteWriter) {
    content.writeSignedVarint(Int64(bytes?.count ?? -1))
    content.writeBytes(bytes ?? [])
  }
}

/// Topics in memory to write to, which may lose what was not synced.
final class ToySink: OutputSink {
  private struct State {
    var topics: [String: [Record]] = [:]
    /// For each topic the ends of what was appended at once.
    var ends: [String: [Int]] = [:]
    var durable: [String: Int] = [:]
    var failing: Set<String> = []
  }
  struct Full: Error {}

  private let state = Mutex(State())

  func append(_ records: [Record], to topic: String) throws {
    try state.withLock { state in
      if state.failing.contains(topic) { throw Full() }
      state.topics[topic, default: []] += records
      state.ends[topic, default: []].append(state.topics[topic]?.count ?? 0)
    }
  }

  func records(of topics: [String], from position: Position) -> [Record] {
    state.withLock { state in
      topics.flatMap { topic in
        (state.topics[topic] ?? []).dropFirst(Int(position[TopicPartition(topic: topic, partition: 0)].rawValue))
      }
    }
  }

  func endPosition(of topics: [String]) -> Position {
    state.withLock { state in
      var position = Position()
      for topic in topics {
        let end = Offset(rawValue: Int64(state.topics[topic]?.count ?? 0))
        position.advance(TopicPartition(topic: topic, partition: 0), to: end)
      }
      return position
    }
  }

  func sync() { state.withLock { $0.durable = $0.topics.mapValues(\.count) } }

  /// Makes appends to these topics fail.
  func fail(_ topics: Set<String>) { state.withLock { $0.failing = topics } }

  /// Loses, of each topic, some of the batches that were not synced.
  func crash(using generator: inout SeededGenerator) {
    for topic in topics.keys.sorted() {
      let kept = state.withLock { state in
        (state.ends[topic] ?? []).filter { $0 > state.durable[topic] ?? 0 } + [state.durable[topic] ?? 0]
      }.randomElement(using: &generator)
      state.withLock { state in
        state.topics[topic] = Array((state.topics[topic] ?? []).prefix(kept ?? 0))
        state.ends[topic]?.removeAll { $0 > kept ?? 0 }
      }
    }
  }

  /// Everything written, by topic.
  var topics: [String: [Record]] { state.withLock { $0.topics } }

  /// Everything written, a line a record.
  var lines: [String] { ToyText.lines(of: topics) }

  func count(of topic: String) -> Int { topics[topic]?.count ?? 0 }
}

/// Records as text, so that a difference can be read.
enum ToyText {
  static func lines(of topics: [String: [Record]]) -> [String] {
    topics.sorted { $0.key < $1.key }.flatMap { topic, records in
      records.map { record in
        let headers = record.headers.map { "\($0.key)=\(text($0.value))" }.joined(separator: ",")
        return "\(topic): \(text(record.key)) \(text(record.value)) \(headers) \(record.timestampMilliseconds)"
      }
    }
  }

  private static func text(_ bytes: [UInt8]?) -> String { bytes.map { String(decoding: $0, as: UTF8.self) } ?? "-" }

  /// The first difference between what was found and what was expected; nil where there is none.
  static func difference(_ found: [String], _ expected: [String]) -> String? {
    guard found != expected else { return nil }
    let place = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(found.count, expected.count)
    let lines = [found, expected].map { $0.dropFirst(place).first ?? "nothing" }
    return "line \(place) is \(lines[0]) and should be \(lines[1])"
  }
}
