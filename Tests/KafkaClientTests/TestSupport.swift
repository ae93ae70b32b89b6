import Foundation
import KafkaClient
import RecordBatches

func record(_ text: String, key: String? = nil, headers: [RecordHeader] = []) -> Record {
  Record(
    key: key.map { Array($0.utf8) }, value: Array(text.utf8), headers: headers, timestampMilliseconds: 1_700_000_000_000
  )
}

extension KafkaConsumer {
  /// Polls until `isDone` or the time is over; what was read by partition, with ends and faults.
  func collect(seconds: Double = 10, until isDone: (Collected) -> Bool) -> Collected {
    var collected = Collected()
    let deadline = Date(timeIntervalSinceNow: seconds)
    while !isDone(collected), Date() < deadline {
      for event in poll(milliseconds: 50) { collected.add(event) }
    }
    return collected
  }
}

struct Collected {
  var records: [TopicPartition: [(Offset, Record)]] = [:]
  var ends: [TopicPartition: Offset] = [:]
  var faults: [(TopicPartition?, KafkaFault)] = []

  var count: Int { records.values.reduce(0) { $0 + $1.count } }

  mutating func add(_ event: KafkaConsumer.Event) {
    switch event {
    case .records(let partition, let offsets, let given):
      records[partition, default: []] += zip(offsets, given).map { ($0, $1) }
    case .end(let partition, let offset): ends[partition] = offset
    case .failed(let partition, let fault): faults.append((partition, fault))
    }
  }
}
