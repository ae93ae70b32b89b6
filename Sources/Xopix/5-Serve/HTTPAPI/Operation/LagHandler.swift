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
  /// `{models: [{name, lag, partitions: [{topic, partition, position, end, lag}]}], dead_letters: {topic: count}}`.
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
    writer.endObject()
    return writer.bytes
  }

  private func write(_ model: Model, to writer: inout JSONWriter) {
    let partitions = ends.sorted { $0.key < $1.key }.map { partition, end in
      (partition, end: end.rawValue, position: min(model.position[partition].rawValue, end.rawValue))
    }
    writer.beginObject()
    writer.member("name", model.name)
    writer.key("lag")
    writer.integer(partitions.reduce(0) { $0 + $1.end - $1.position })
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
