import EventLog
import Foundation
import JSONBytes
import RecordBatches
import ShopEvents
import TextAnalysis

/// The engines beneath the models, each by itself.
struct EngineBenchmarks {
  let stopwatch: Stopwatch
  let material: Material

  func run() async throws {
    try json()
    text()
    try batches()
    try await log()
    decoding()
  }

  private func json() throws {
    let values = material.products.prefix(1000).map(\.value)
    let parsed = try values.map { try JSONValue.parse($0) }
    try stopwatch.measure("json parse product", count: values.count) {
      for value in values { _ = try JSONValue.parse(value) }
    }
    stopwatch.measure("json write product", count: parsed.count) {
      for value in parsed {
        var writer = JSONWriter(capacity: 1024)
        writer.value(value)
      }
    }
  }

  private func text() {
    let english = "Insulated stainless-steel water bottle, 750 ml: keeps drinks cold for 24 hours and hot for twelve"
    let arabic = "زجاجة مياه معزولة من الفولاذ المقاوم للصدأ تحافظ على برودة المشروبات لمدة ٢٤ ساعة"
    for (name, text) in [("text English", english), ("text Arabic", arabic)] {
      var buffer = TermBuffer()
      stopwatch.measure(name, count: 1000) {
        for _ in 0..<1000 {
          buffer.removeAll()
          Analyzer.text.analyze(text, into: &buffer)
        }
      }
    }
  }

  private func batches() throws {
    let records = Material.records(material.traffic.prefix(500))
    let batch = try RecordBatchEncoder.encode(records, baseOffset: Offset(rawValue: 0))
    try stopwatch.measure("batch encode 500 events", count: records.count) {
      _ = try RecordBatchEncoder.encode(records, baseOffset: Offset(rawValue: 0))
    }
    try stopwatch.measure("batch read 500 events", count: records.count) {
      _ = try RecordBatchView(batch).records()
    }
  }

  private func log() async throws {
    guard stopwatch.wants("log append") else { return }
    let path = FileManager.default.temporaryDirectory.path + "/xopix-benchmarks-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let log = try EventLog.open(directory: path)
    try log.createTopic("events", partitions: 1)
    let partition = TopicPartition(topic: "events", partition: 0)
    for count in [1, 500] {
      let records = Material.records(material.traffic.prefix(count))
      let clock = ContinuousClock()
      var appended = 0
      let start = clock.now
      while clock.now - start < .seconds(1) {
        let place = try log.append(records, to: partition)
        try await log.waitUntilDurable(place.ordinal)
        appended += count
      }
      stopwatch.note("log append \(count), durable", operations: appended, in: clock.now - start)
    }
    try log.close()
  }

  private func decoding() {
    let records = Material.records(material.traffic.prefix(2000))
    let topics = material.traffic.prefix(2000).map(\.topic)
    let decoder = ShopEventDecoder()
    stopwatch.measure("decode event", count: records.count) {
      for (record, topic) in zip(records, topics) { _ = decoder.decode(record, topic: topic) }
    }
  }
}
