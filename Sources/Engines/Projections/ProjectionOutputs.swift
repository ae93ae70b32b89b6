internal import ByteCoding
internal import RecordBatches

/// Collects what a projection derives and writes it to the sink once, also where the log is read again after a crash.
struct ProjectionOutputs {
  private let sink: (any OutputSink)?
  private let topics: [String]
  private var pending: [OutputRecord] = []
  /// How often each output that follows from a source record was found in the log after the checkpoint; nil before that
  /// was looked for.
  private var alreadyWritten: [OutputKey: Int]?
  /// Where those are looked for.
  private var writtenUpTo: Position

  private struct OutputKey: Hashable {
    let source: SourceRecord
    let topic: String
  }

  /// Outputs to `topics`, of which everything before `writtenUpTo` belongs to the checkpoint's past.
  ///
  /// The sink is not asked before there is something to write: reads are served while it can't answer.
  init(sink: (any OutputSink)?, topics: [String], writtenUpTo: Position) {
    self.sink = sink
    self.topics = topics
    self.writtenUpTo = writtenUpTo
  }

  mutating func add(_ output: OutputRecord) {
    if sink != nil { pending.append(output) }
  }

  /// Finds what was written after the checkpoint.
  private func findWritten(by sink: any OutputSink) throws -> [OutputKey: Int] {
    var found: [OutputKey: Int] = [:]
    for topic in topics {
      for record in try sink.records(of: [topic], from: writtenUpTo) {
        // The last one is ours: a dead letter keeps the headers that its record came with.
        guard let header = record.headers.last(where: { $0.key == SourceRecord.headerKey }),
          let source = header.value.flatMap(SourceRecord.init(headerValue:))
        else { continue }
        found[OutputKey(source: source, topic: topic), default: 0] += 1
      }
    }
    return found
  }

  /// Takes what is there already out of what is to be written.
  private mutating func dropWritten(by sink: any OutputSink) throws {
    var written = try alreadyWritten ?? findWritten(by: sink)
    if !written.isEmpty {
      pending.removeAll { output in
        let key = OutputKey(source: output.source, topic: output.topic)
        guard let count = written[key] else { return false }
        written[key] = count > 1 ? count - 1 : nil
        return true
      }
    }
    alreadyWritten = written
  }

  /// Writes what was added, a batch a topic.
  mutating func flush() throws {
    guard let sink, !pending.isEmpty else { return }
    try dropWritten(by: sink)
    var recordsByTopic: [String: [Record]] = [:]
    for output in pending {
      precondition(topics.contains(output.topic), "a model wrote to \(output.topic), which is not among its outputs")
      var record = output.record
      record.headers.append(RecordHeader(key: SourceRecord.headerKey, value: output.source.headerValue))
      recordsByTopic[output.topic, default: []].append(record)
    }
    for topic in topics {
      guard let records = recordsByTopic[topic] else { continue }
      try sink.append(records, to: topic)
      pending.removeAll { $0.topic == topic }
    }
  }

  /// Makes the log durable and returns the places in the output topics before which everything follows from records
  /// before `position`.
  mutating func sync(at position: Position) throws -> Position {
    guard let sink else { return Position() }
    // What was found behind the last checkpoint and does not follow yet must be found again, should this be the next.
    // Where nothing was looked for, nothing was written either.
    if let written = alreadyWritten {
      let expected = written.filter { $0.key.source.offset >= position[$0.key.source.topicPartition] }
      alreadyWritten = expected
      if expected.isEmpty { writtenUpTo = sink.endPosition(of: topics) }
    }
    try sink.sync()
    return writtenUpTo
  }
}

/// The record in a dead letter topic: the original one, unchanged, with headers that say why it is there.
enum DeadLetter {
  static func output(
    for record: Record, from source: SourceRecord, because rejection: Rejection, at time: Timestamp
  ) -> OutputRecord {
    var letter = record
    if let masked = rejection.maskedValue { letter.value = masked }
    let partition = source.topicPartition
    for (key, value) in [
      ("dlq.topic", partition.topic), ("dlq.partition", String(partition.partition)),
      ("dlq.offset", String(source.offset.rawValue)), ("dlq.error.code", rejection.code),
      ("dlq.error.message", rejection.message), ("dlq.failed.at", time.rfc3339), ("dlq.attempts", "1"),
    ] {
      letter.headers.append(RecordHeader(key: key, value: Array(value.utf8)))
    }
    return OutputRecord(topic: partition.topic + ".dlq", record: letter, source: source)
  }
}
