internal import KafkaClient
internal import Projections
internal import RecordBatches

/// Reads what topics of a cluster hold now.
struct ClusterReadings {
  private let cluster: any ClusterReading
  private let milliseconds: Int32

  /// Readings by `cluster`, each answer of which is waited for so long.
  init(_ cluster: any ClusterReading, milliseconds: Int32) {
    self.cluster = cluster
    self.milliseconds = milliseconds
  }

  /// The bounds of the topics' partitions; a topic that is not there has none.
  func bounds(of topics: [String]) throws(KafkaClientError) -> [TopicPartition: KafkaBounds] {
    var partitions: [TopicPartition] = []
    for topic in try cluster.describe(topics, milliseconds: milliseconds) {
      if let fault = topic.fault {
        guard fault.isUnknownTopic else { throw .cluster(fault) }
        continue
      }
      partitions += (0..<topic.partitions).map { TopicPartition(topic: topic.name, partition: $0) }
    }
    return try cluster.bounds(of: partitions, milliseconds: milliseconds)
  }

  /// The records from a position up to the bounds' ends, partition by partition; nil where reading stands still for too long
  /// or is stopped.
  func records(
    of bounds: [TopicPartition: KafkaBounds], from position: Position, patience: Duration, isStopped: () -> Bool
  ) throws(KafkaClientError) -> [Record]? {
    var next: [TopicPartition: Offset] = [:]
    var records: [TopicPartition: [Record]] = [:]
    for (partition, bounds) in bounds {
      let start = max(position[partition], bounds.start)
      guard start < bounds.end else { continue }
      next[partition] = start
      try cluster.start(partition, at: start)
    }
    var deadline = ContinuousClock.now + patience
    while !next.isEmpty {
      guard ContinuousClock.now < deadline, !isStopped() else { return nil }
      for event in cluster.poll(limit: 10_000, milliseconds: 100) {
        switch event {
        case .records(let partition, let offsets, let read):
          guard let bounds = bounds[partition], next[partition] != nil, let last = offsets.last else { continue }
          for (offset, record) in zip(offsets, read) where offset < bounds.end {
            records[partition, default: []].append(record)
          }
          next[partition] = last.advanced(by: 1)
        case .end(let partition, let offset):
          if let known = next[partition] { next[partition] = max(known, offset) }
        case .failed(_?, let fault): throw .cluster(fault)
        // The client as a whole goes on by itself.
        case .failed(nil, _): continue
        }
        deadline = .now + patience
      }
      for (partition, offset) in next {
        guard let bounds = bounds[partition], offset >= bounds.end else { continue }
        cluster.stop(partition)
        next[partition] = nil
      }
    }
    return records.sorted { $0.key < $1.key }.flatMap(\.value)
  }
}
