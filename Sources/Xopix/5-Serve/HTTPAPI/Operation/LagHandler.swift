internal import Hummingbird
internal import JSONBytes
internal import Projections
internal import RecordBatches

extension API {
  /// `GET /v1/monitoring/lag`.
  func lag(_ call: Call) -> Response {
    Self.json(readSide.lag().json)
  }
}

extension LagReport {
  /// `{models: [{name, lag, partitions: [{topic, partition, position, end, lag}]}], dead_letters: {topic: count},
  /// source: {kind, …}}`. A model's lag is null while the ends are not known; its partitions' are as of the last that was.
  var json: [UInt8] {
    var writer = JSONWriter(capacity: 4096)
    writer.beginObject()
    writer.key("models")
    writer.beginArray()
    for model in models { write(model, to: &writer) }
    writer.endArray()
    writer.key("dead_letters")
    writer.beginObject()
    for (topic, count) in deadLetters.sorted(by: { $0.key < $1.key }) {
      writer.key(topic)
      writer.integer(count)
    }
    writer.endObject()
    writer.key("source")
    writeSource(to: &writer)
    writer.endObject()
    return writer.bytes
  }

  private func writeSource(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("kind", cluster == nil ? "embedded" : "kafka")
    if let cluster {
      writer.key("cluster_id")
      if let value = cluster.id { writer.string(value) } else { writer.null() }
      writer.key("connected")
      writer.bool(cluster.isConnected)
      writer.key("lag")
      if let value = cluster.lag { writer.integer(value) } else { writer.null() }
      writer.key("missed_records")
      writer.integer(cluster.missedRecords)
      writer.key("missing_topics")
      writer.beginArray()
      for topic in cluster.missingTopics { writer.string(topic) }
      writer.endArray()
      writer.key("fault")
      if let value = cluster.fault { writer.string(value) } else { writer.null() }
      writer.key("outputs_fault")
      if let value = cluster.outputsFault { writer.string(value) } else { writer.null() }
    }
    writer.endObject()
  }

  private func write(_ model: Model, to writer: inout JSONWriter) {
    let partitions = ends.sorted { $0.key < $1.key }.map { partition, end in
      (partition, end: end.rawValue, position: min(model.position[partition].rawValue, end.rawValue))
    }
    writer.beginObject()
    writer.member("name", model.name)
    writer.key("lag")
    if knowsEnds { writer.integer(partitions.reduce(0) { $0 + $1.end - $1.position }) } else { writer.null() }
    writer.key("partitions")
    writer.beginArray()
    for (partition, end, position) in partitions {
      writer.beginObject()
      writer.member("topic", partition.topic)
      writer.member("partition", Int(partition.partition))
      writer.key("position")
      writer.integer(position)
      writer.key("end")
      writer.integer(end)
      writer.key("lag")
      writer.integer(end - position)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
