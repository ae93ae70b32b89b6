import RecordBatches

@testable import Projections

/// What a projection of the toy log must come to, record by record.
struct NaiveFold {
  private(set) var sums: [String: Int64] = [:]
  private(set) var statistics = ProjectionStatistics()
  private(set) var outputs: [String: [Record]] = [:]
  private(set) var events: [(place: SourceRecord, event: ToyEvent)] = []
  private var ids: Set<String> = []
  private let decoder = ToyDecoder()

  /// The fold over records of which `isRead` is told.
  init(
    _ log: [NaiveRecord], isRead: (NaiveRecord) -> Bool = { _ in true }
  ) {
    for item in log where decoder.reads(topic: item.partition.topic) && !item.isControl && isRead(item) { add(item) }
  }

  private mutating func add(_ item: NaiveRecord) {
    let topic = item.partition.topic
    let place = SourceRecord(item.partition, item.offset)
    statistics.read += 1
    switch decoder.decode(item.record, topic: topic) {
    case .event(let event, _):
      guard ids.insert(event.id).inserted else {
        statistics.duplicates += 1
        return
      }
      statistics.applied += 1
      events.append((place, event))
      sums[event.account, default: 0] += event.amount
      let sum = sums[event.account] ?? 0
      if sum == 0 { sums[event.account] = nil }
      let positioned = PositionedEvent(topicPartition: item.partition, offset: item.offset, event: event)
      for output in ToyModel.outputs(of: positioned, sum: sum) { write(output.record, to: output.topic, from: place) }
    case .unknownType(let type): statistics.unknownTypes[topic + "/" + type, default: 0] += 1
    case .rejected(let rejection):
      statistics.rejected[topic, default: 0] += 1
      var letter = item.record
      letter.value = rejection.maskedValue ?? letter.value
      for (name, value) in [
        ("dlq.topic", topic), ("dlq.partition", "\(item.partition.partition)"),
        ("dlq.offset", "\(item.offset.rawValue)"),
        ("dlq.error.code", rejection.code), ("dlq.error.message", rejection.message),
        ("dlq.failed.at", "1970-01-01T00:00:00Z"), ("dlq.attempts", "1"),
      ] {
        letter.headers.append(RecordHeader(key: name, value: Array(value.utf8)))
      }
      write(letter, to: topic + ".dlq", from: place)
    }
  }

  private mutating func write(_ record: Record, to topic: String, from place: SourceRecord) {
    let source = "\(place.topicPartition.topic):\(place.topicPartition.partition):\(place.offset.rawValue)"
    var record = record
    record.headers.append(RecordHeader(key: "xopix.source", value: Array(source.utf8)))
    outputs[topic, default: []].append(record)
  }
}

/// A record of the toy log with its place.
struct NaiveRecord {
  let partition: TopicPartition
  let offset: Offset
  let record: Record
  let isControl: Bool
}

/// A log of random batches, as a projection reads it and as a list of records.
struct RandomLog {
  var source = ToySource()
  var records: [NaiveRecord] = []

  init(batches: Int, using generator: inout SeededGenerator) {
    for _ in 0..<batches { append(using: &generator) }
  }

  mutating func append(using generator: inout SeededGenerator) {
    let topic = ["pays", "pays", "refunds", "other"][generator.number(0...3)]
    let partition = TopicPartition(topic: topic, partition: topic == "pays" ? Int32(generator.number(0...2)) : 0)
    let isControl = generator.chance(1, in: 15)
    var deltas: [Int64] = []
    var added: [Record] = []
    var delta: Int64 = 0
    for _ in 0..<generator.number(1...6) {
      if generator.chance(1, in: 6) { delta += Int64(generator.number(1...3)) }
      deltas.append(delta)
      added.append(Self.record(using: &generator))
      delta += 1
    }
    let base = source.endPosition[partition]
    source.append(added, to: topic, partition: partition.partition, deltas: deltas, isControl: isControl)
    for (record, delta) in zip(added, deltas) {
      records.append(
        NaiveRecord(partition: partition, offset: base.advanced(by: delta), record: record, isControl: isControl))
    }
  }

  private static func record(using generator: inout SeededGenerator) -> Record {
    let time = Int64(generator.number(0...10_000))
    var record = ToyEvent(
      id: "e\(generator.number(0...150))", account: "a\(generator.number(0...9))",
      amount: Int64(generator.number(0...99))
    ).record(at: time)
    switch generator.number(0...11) {
    case 0: record.value = nil
    case 1: record.value = Array("? Type\(generator.number(0...3))".utf8)
    case 2: record.value = Array("broken".utf8)
    case 3: record.value = Array("secret \(generator.number(0...9))".utf8)
    default: break
    }
    // A sender's header of our name must not be taken for ours.
    if generator.chance(1, in: 4) {
      record.headers = [RecordHeader(key: "xopix.source", value: Array("pays:0:1".utf8))]
    }
    return record
  }
}
