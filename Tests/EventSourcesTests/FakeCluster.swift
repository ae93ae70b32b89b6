import EventSources
import KafkaClient
import RecordBatches
import Synchronization

/// A cluster in memory, with transactions, retention and topics that come and go, whose answers fail at random.
final class FakeCluster: Sendable {
  enum Fate: Equatable {
    case committed
    case aborted
    case open(generation: Int)
    /// A marker or another record that no reader gets.
    case hidden
  }

  struct Entry {
    let record: Record
    var fate: Fate
  }

  struct Log {
    var start: Int64 = 0
    var entries: [Entry] = []
    var end: Int64 { start + Int64(entries.count) }
    /// The offset before which everything is decided.
    var stable: Int64 {
      let open = entries.firstIndex { if case .open = $0.fate { true } else { false } }
      return open.map { start + Int64($0) } ?? end
    }
  }

  struct State {
    var id = "fake"
    var topics: [String: [Log]] = [:]
    var generator: SeededGenerator
    /// How often answers fail, 0…1.
    var trouble = 0.0
    /// The present producer of the transactional id, and whether its transaction is being committed.
    var generation = 0
    var isCommitting = false
    var isDown = false
    /// After so many more questions the process that writes is killed; nil: it is not.
    var questionsToLive: Int?

    mutating func fails() -> Bool { isDown || trouble > 0 && Double.random(in: 0..<1, using: &generator) < trouble }

    /// Ends the transaction that is under way.
    mutating func decide(_ fate: Fate) {
      for name in topics.keys {
        for number in topics[name, default: []].indices {
          var isTouched = false
          for index in topics[name, default: []][number].entries.indices {
            guard case .open = topics[name, default: []][number].entries[index].fate else { continue }
            topics[name, default: []][number].entries[index].fate = fate
            isTouched = true
          }
          if isTouched { topics[name, default: []][number].entries.append(Entry(record: .marker, fate: .hidden)) }
        }
      }
      isCommitting = false
    }
  }

  let state: Mutex<State>

  init(seed: UInt64) { state = Mutex(State(generator: SeededGenerator(seed: seed))) }

  static let trouble = KafkaFault(code: -195, reason: "planted")
  static let fatal = KafkaFault(code: -150, reason: "planted")
  static let outOfRange = KafkaFault(code: -140, reason: "planted")
  static let fenced = KafkaFault(code: -144, reason: "planted")
  static let unknownTopic = KafkaFault(code: 3, reason: "planted")

  func makeTopic(_ name: String, partitions: Int) {
    state.withLock { state in
      let present = state.topics[name] ?? []
      state.topics[name] = present + Array(repeating: Log(), count: max(0, partitions - present.count))
    }
  }

  /// Takes away the last partition, as a broker does that knows an older state; returns it.
  @discardableResult
  func hidePartition(of topic: String) -> Log {
    state.withLock { $0.topics[topic, default: []].removeLast() }
  }

  func showPartition(_ log: Log, of topic: String) { state.withLock { $0.topics[topic, default: []].append(log) } }

  func removeTopic(_ name: String) { state.withLock { $0.topics[name] = nil } }

  func setTrouble(_ share: Double) { state.withLock { $0.trouble = share } }

  func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

  /// Kills whoever writes after so many questions to the cluster, in the midst of whatever it does.
  func kill(after questions: Int?) { state.withLock { $0.questionsToLive = questions } }

  func setID(_ id: String) { state.withLock { $0.id = id } }

  @discardableResult
  func append(_ record: Record, to topic: String, _ partition: Int = 0, fate: Fate = .committed) -> Int64 {
    state.withLock { state in
      let offset = state.topics[topic, default: []][partition].end
      state.topics[topic, default: []][partition].entries.append(Entry(record: record, fate: fate))
      return offset
    }
  }

  /// Retention: removes what is before `offset`.
  func remove(before offset: Int64, of topic: String, _ partition: Int = 0) {
    state.withLock { state in
      var log = state.topics[topic, default: []][partition]
      let count = max(0, min(Int(offset - log.start), log.entries.count))
      log.entries.removeFirst(count)
      log.start += Int64(count)
      state.topics[topic, default: []][partition] = log
    }
  }

  /// Loses the end of a partition, as an unclean election does.
  func lose(_ count: Int, of topic: String, _ partition: Int = 0) {
    state.withLock { $0.topics[topic, default: []][partition].entries.removeLast(count) }
  }

  /// Where readers of topics find their ends.
  func ends(of topics: [String]) -> [TopicPartition: Int64] {
    state.withLock { state in
      var ends: [TopicPartition: Int64] = [:]
      for topic in topics {
        for (number, log) in (state.topics[topic] ?? []).enumerated() {
          ends[TopicPartition(topic: topic, partition: Int32(number))] = log.stable
        }
      }
      return ends
    }
  }

  /// What readers of a topic may see, with the offsets.
  func content(of topic: String) -> [TopicPartition: [(Int64, Record)]] {
    state.withLock { state in
      var content: [TopicPartition: [(Int64, Record)]] = [:]
      for (number, log) in (state.topics[topic] ?? []).enumerated() {
        content[TopicPartition(topic: topic, partition: Int32(number))] = log.entries.enumerated().compactMap {
          $1.fate == .committed ? (log.start + Int64($0), $1.record) : nil
        }
      }
      return content
    }
  }
}

extension Record {
  fileprivate static let marker = Record(key: nil, value: nil, timestampMilliseconds: 0)
}

/// Reads a ``FakeCluster``.
final class FakeReader: ClusterReading {
  private let cluster: FakeCluster
  private var positions: [TopicPartition: Int64] = [:]
  private var toldEnds: [TopicPartition: Int64] = [:]

  init(_ cluster: FakeCluster) { self.cluster = cluster }

  func clusterID(milliseconds: Int32) -> String? {
    cluster.state.withLock { $0.fails() ? nil : $0.id }
  }

  func describe(_ names: [String], milliseconds: Int32) throws(KafkaClientError) -> [KafkaTopic] {
    try cluster.state.withLock { (state: inout FakeCluster.State) throws(KafkaClientError) in
      if state.fails() { throw .cluster(FakeCluster.trouble) }
      return names.map {
        KafkaTopic(
          name: $0, partitions: Int32(state.topics[$0]?.count ?? 0),
          fault: state.topics[$0] == nil ? FakeCluster.unknownTopic : nil)
      }
    }
  }

  func bounds(of partition: TopicPartition, milliseconds: Int32) throws(KafkaClientError) -> KafkaBounds {
    try cluster.state.withLock { (state: inout FakeCluster.State) throws(KafkaClientError) in
      if state.fails() { throw .cluster(FakeCluster.trouble) }
      guard let log = state.log(partition) else { throw .cluster(FakeCluster.unknownTopic) }
      return KafkaBounds(start: Offset(rawValue: log.start), end: Offset(rawValue: log.stable))
    }
  }

  func bounds(
    of partitions: [TopicPartition], milliseconds: Int32
  ) throws(KafkaClientError) -> [TopicPartition: KafkaBounds] {
    var all: [TopicPartition: KafkaBounds] = [:]
    for partition in partitions { all[partition] = try bounds(of: partition, milliseconds: milliseconds) }
    return all
  }

  func knownEnd(of partition: TopicPartition) -> Offset? { nil }

  func start(_ partition: TopicPartition, at offset: Offset) throws(KafkaClientError) {
    positions[partition] = offset.rawValue
    toldEnds[partition] = nil
  }

  func stop(_ partition: TopicPartition) { positions[partition] = nil }

  func poll(limit: Int, milliseconds: Int32) -> [KafkaConsumer.Event] {
    cluster.state.withLock { state in
      var events: [KafkaConsumer.Event] = []
      for (partition, position) in positions.sorted(by: { $0.key < $1.key }) {
        if state.isDown { continue }
        guard let log = state.log(partition), !state.fails() else {
          positions[partition] = nil
          events.append(.failed(partition, FakeCluster.trouble))
          continue
        }
        guard position >= log.start, position <= log.end else {
          positions[partition] = nil
          events.append(.failed(partition, FakeCluster.outOfRange))
          continue
        }
        let end = min(log.stable, position + Int64.random(in: 1...5, using: &state.generator))
        let places = (position..<max(position, end)).filter { log.entries[Int($0 - log.start)].fate == .committed }
        if !places.isEmpty {
          events.append(
            .records(
              partition, offsets: places.map { Offset(rawValue: $0) },
              records: places.map { log.entries[Int($0 - log.start)].record }))
        }
        positions[partition] = max(position, end)
        if end >= log.stable, toldEnds[partition] != log.stable {
          toldEnds[partition] = log.stable
          events.append(.end(partition, at: Offset(rawValue: log.stable)))
        }
      }
      return events
    }
  }
}

extension FakeCluster.State {
  fileprivate func log(_ partition: TopicPartition) -> FakeCluster.Log? {
    guard let logs = topics[partition.topic], Int(partition.partition) < logs.count else { return nil }
    return logs[Int(partition.partition)]
  }
}

/// Writes to a ``FakeCluster`` in transactions.
final class FakeWriter: ClusterWriting {
  private let cluster: FakeCluster
  private var generation = -1
  private(set) var fatalFault: KafkaFault?

  init(_ cluster: FakeCluster) { self.cluster = cluster }

  private func ask<R>(
    _ body: (inout FakeCluster.State) throws(KafkaClientError) -> R
  ) throws(KafkaClientError) -> R {
    try cluster.state.withLock { (state: inout FakeCluster.State) throws(KafkaClientError) -> R in
      if let left = state.questionsToLive {
        state.questionsToLive = max(0, left - 1)
        if left == 0 { throw .closed }
      }
      if state.fails() {
        let isFatal = Bool.random(using: &state.generator)
        throw .cluster(isFatal ? FakeCluster.fatal : FakeCluster.trouble)
      }
      if generation >= 0, generation != state.generation {
        fatalFault = FakeCluster.fenced
        throw .cluster(FakeCluster.fenced)
      }
      return try body(&state)
    }
  }

  func beginTransactions(milliseconds: Int32) throws(KafkaClientError) {
    try ask { state throws(KafkaClientError) in
      state.decide(state.isCommitting ? .committed : .aborted)
      state.generation += 1
      generation = state.generation
    }
  }

  func beginTransaction() throws(KafkaClientError) { try ask { _ throws(KafkaClientError) in } }

  func produceAndWait(_ messages: [KafkaMessage]) throws(KafkaClientError) -> [KafkaPlace] {
    var places: [KafkaPlace] = []
    for message in messages {
      try ask { state throws(KafkaClientError) in
        guard let count = state.topics[message.topic]?.count else { throw .cluster(FakeCluster.unknownTopic) }
        let number = Int.random(in: 0..<count, using: &state.generator)
        places.append(
          KafkaPlace(
            topicPartition: TopicPartition(topic: message.topic, partition: Int32(number)),
            offset: Offset(rawValue: state.topics[message.topic, default: []][number].end)))
        state.topics[message.topic, default: []][number].entries
          .append(FakeCluster.Entry(record: message.record, fate: .open(generation: generation)))
      }
    }
    return places
  }

  func commitTransaction(milliseconds: Int32) throws(KafkaClientError) {
    try ask { state throws(KafkaClientError) in state.isCommitting = true }
    // The answer may be lost here, when the cluster has made up its mind.
    try ask { state throws(KafkaClientError) in state.decide(.committed) }
    try ask { _ throws(KafkaClientError) in }
  }

  func abortTransaction(milliseconds: Int32) throws(KafkaClientError) {
    try ask { state throws(KafkaClientError) in state.decide(.aborted) }
  }

  func makeTopic(_ name: String, partitions: Int32?, milliseconds: Int32) throws(KafkaClientError) {
    try ask { state throws(KafkaClientError) in
      if state.topics[name] == nil { state.topics[name] = [FakeCluster.Log(), FakeCluster.Log()] }
    }
  }
}

struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &+ 0x9e37_79b9_7f4a_7c15 }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
