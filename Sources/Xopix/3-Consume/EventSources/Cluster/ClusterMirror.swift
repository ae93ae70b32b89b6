internal import EventLog
internal import KafkaClient
internal import RecordBatches

/// Brings a cluster's topics into the local log, at the cluster's offsets: the whole of following, a step at a time.
///
/// Not thread-safe: one thread owns a mirror.
final class ClusterMirror {
  /// How long things are waited for.
  struct Timing {
    /// Between two questions for the topics and their partitions.
    var discovery: Duration = .seconds(10)
    /// The same, while topics are missing or the cluster does not answer.
    var search: Duration = .seconds(1)
    /// Before the first repetition of what went wrong; it doubles with each up to `longestRetry`.
    var retry: Duration = .milliseconds(200)
    var longestRetry: Duration = .seconds(5)
    /// For records, in one step.
    var pollMilliseconds: Int32 = 100
    /// For an answer of the cluster.
    var answerMilliseconds: Int32 = 2000
  }

  private enum Stage {
    /// Not read until then.
    case waiting(until: ContinuousClock.Instant)
    /// Read from the last local record on, which must be the cluster's too.
    case verifying(Record, at: Offset)
    case following
  }

  private struct Partition {
    var stage: Stage
    var troubles = 0
    /// The cluster's end when reading began: who has come so far has caught up, however fast it grows.
    var target = Offset(rawValue: 0)
    /// How often in a row the cluster's end was before ours.
    var shortEnds = 0
  }

  /// How often in a row the cluster must say that it has less than the mirror: a new leader, or a broker that has just
  /// started, may be behind for a moment.
  private static let shortEndLimit = 8
  private static let pollLimit = 10_000
  /// How often in a row the cluster must fail to tell of its topics to be taken for away.
  private static let silenceLimit = 2

  let topics: [String]
  private(set) var status = ClusterStatus()
  private let log: EventLog
  private let cluster: any ClusterReading
  private let identity: ClusterIdentity
  private let timing: Timing
  private let notice: @Sendable (ClusterNotice) -> Void
  private var partitions: [TopicPartition: Partition] = [:]
  private var nextDiscovery = ContinuousClock.now
  /// The cluster that is mirrored, as the file says; nil where it names none yet.
  private var known: String?
  /// How often in a row the cluster did not tell of its topics.
  private var silences = 0
  /// How often in a row a topic had fewer partitions than here.
  private var shortTopics: [String: Int] = [:]
  private var toldMissing: Set<String> = []
  private var wasToldOfDisconnection = false

  init(
    topics: [String], log: EventLog, cluster: any ClusterReading, identityPath: String, timing: Timing = Timing(),
    notice: @escaping @Sendable (ClusterNotice) -> Void
  ) throws(ClusterError) {
    self.topics = topics
    self.log = log
    self.cluster = cluster
    self.timing = timing
    self.notice = notice
    identity = ClusterIdentity(path: identityPath)
    known = try identity.read()
    for topic in topics {
      guard let local = log.topic(topic) else { continue }
      guard local.settings.mirrors else { throw .notAMirror(topic: topic) }
      // The name is written before the first topic is made.
      guard known != nil else { throw .damagedIdentity(path: identityPath, reason: "it is missing") }
      for number in 0..<local.partitions { add(TopicPartition(topic: topic, partition: number)) }
    }
    status.clusterID = known
  }

  /// Does what is due, and takes what the cluster gives within a moment; false once it has stopped for good.
  func step() -> Bool {
    guard status.failure == nil else { return false }
    do throws(ClusterError) {
      if ContinuousClock.now >= nextDiscovery { try discover() }
      if status.isConnected { try startWaiting() }
      let events = cluster.poll(limit: Self.pollLimit, milliseconds: timing.pollMilliseconds)
      // That the cluster was away comes before what was read: it may be another one since.
      for case .failed(nil, let fault) in events { noteFault(fault) }
      for event in events { try take(event) }
      return true
    } catch {
      status.failure = error
      status.isConnected = false
      for partition in partitions.keys { cluster.stop(partition) }
      notice(.failed(error))
      return false
    }
  }

  // MARK: Topics

  private func discover() throws(ClusterError) {
    nextDiscovery = .now + timing.search
    let found: [KafkaTopic]
    do throws(KafkaClientError) {
      found = try cluster.describe(topics, milliseconds: timing.answerMilliseconds)
    } catch {
      silences += 1
      // One answer that is late or lost is no reason to begin anew.
      if status.isConnected, silences < Self.silenceLimit {
        status.lastFault = error.description
        return
      }
      return noteDisconnection("\(error)")
    }
    silences = 0
    // Each time: another cluster may have come to the same address.
    guard let id = cluster.clusterID(milliseconds: timing.answerMilliseconds) else {
      return noteDisconnection("it does not tell its name")
    }
    try identify(id)
    noteConnection()
    status.hasDiscovered = true
    var missing: [String: String] = [:]
    for name in topics {
      let topic = found.first { $0.name == name }
      if let topic, topic.fault == nil, topic.partitions > 0 {
        try follow(topic)
      } else {
        missing[name] = topic?.fault?.description ?? "the cluster has no such topic"
        // A topic that is made again begins another history: its partitions are compared when it is back.
        suspend(name)
      }
    }
    noteMissing(missing)
    if missing.isEmpty, shortTopics.isEmpty { nextDiscovery = .now + timing.discovery }
  }

  private func identify(_ id: String) throws(ClusterError) {
    if let known {
      guard known == id else {
        throw .otherHistory(reason: "it is the cluster \(id), and the log mirrors the cluster \(known)")
      }
    } else {
      try identity.write(id)
      known = id
    }
    status.clusterID = id
  }

  private func follow(_ topic: KafkaTopic) throws(ClusterError) {
    let present = log.partitionCount(topic.name)
    if let present, topic.partitions < present {
      shortTopics[topic.name, default: 0] += 1
      let reason = "its topic \(topic.name) has \(topic.partitions) partitions, and had \(present)"
      if let count = shortTopics[topic.name], count >= Self.shortEndLimit { throw .otherHistory(reason: reason) }
      status.lastFault = reason
      return suspend(topic.name)
    }
    shortTopics[topic.name] = nil
    do throws(EventLogError) {
      if present == nil {
        try log.makeTopic(topic.name, partitions: topic.partitions, settings: ["xopix.mirror": "true"])
      } else if present != topic.partitions {
        try log.addPartitions(to: topic.name, count: topic.partitions)
      }
    } catch {
      // A full disk, perhaps: tried again with the next discovery.
      status.lastFault = error.description
      return
    }
    for number in 0..<topic.partitions { add(TopicPartition(topic: topic.name, partition: number)) }
  }

  private func add(_ partition: TopicPartition) {
    guard partitions[partition] == nil else { return }
    partitions[partition] = Partition(stage: .waiting(until: .now))
    status.partitions[partition] = ClusterStatus.Partition()
    status.partitions[partition]?.position = log.endOffset(of: partition)
  }

  private func suspend(_ topic: String) {
    for name in partitions.keys where name.topic == topic {
      guard case .waiting = partitions[name]?.stage else {
        postpone(name, because: "the cluster does not have the topic")
        continue
      }
    }
  }

  // MARK: Partitions

  private func startWaiting() throws(ClusterError) {
    let now = ContinuousClock.now
    let due = partitions.filter { name, partition in
      guard case .waiting(let until) = partition.stage, now >= until else { return false }
      return status.missingTopics[name.topic] == nil && shortTopics[name.topic] == nil
    }.keys.sorted()
    guard !due.isEmpty else { return }
    let bounds: [TopicPartition: KafkaBounds]
    do throws(KafkaClientError) {
      bounds = try cluster.bounds(of: due, milliseconds: timing.answerMilliseconds)
    } catch {
      return try startOneByOne(due)
    }
    for name in due { if let bounds = bounds[name] { try start(name, bounds) } }
  }

  /// Starts partitions of which one, at least, does not tell its bounds, up to that: each question may last until its time
  /// is over, so the others wait for the next step.
  private func startOneByOne(_ names: [TopicPartition]) throws(ClusterError) {
    for name in names {
      let bounds: KafkaBounds
      do throws(KafkaClientError) {
        bounds = try cluster.bounds(of: name, milliseconds: timing.answerMilliseconds)
      } catch {
        return postpone(name, because: error.description)
      }
      try start(name, bounds)
    }
  }

  private func start(_ name: TopicPartition, _ bounds: KafkaBounds) throws(ClusterError) {
    status.partitions[name]?.end = bounds.end
    guard let (stage, offset) = try begin(name, bounds) else { return }
    do throws(KafkaClientError) {
      try cluster.start(name, at: offset)
    } catch {
      return postpone(name, because: error.description)
    }
    partitions[name]?.stage = stage
    partitions[name]?.shortEnds = 0
    partitions[name]?.target = bounds.end
    status.partitions[name]?.fault = nil
    if case .following = stage, offset >= bounds.end { status.partitions[name]?.hasCaughtUp = true }
  }

  /// Where to read a partition from, which the cluster holds within `bounds`; nil where it must be asked again.
  private func begin(_ name: TopicPartition, _ bounds: KafkaBounds) throws(ClusterError) -> (Stage, Offset)? {
    let local = log.endOffset(of: name)
    if bounds.end < local {
      partitions[name]?.shortEnds += 1
      let reason = "\(name) ends at offset \(bounds.end.rawValue) there, and at \(local.rawValue) here"
      if let count = partitions[name]?.shortEnds, count >= Self.shortEndLimit { throw .otherHistory(reason: reason) }
      postpone(name, because: reason)
      return nil
    }
    if bounds.start >= local {
      if bounds.start > local, local.rawValue > 0 {
        status.partitions[name]?.missedRecords += bounds.start.rawValue - local.rawValue
        notice(.missed(name, from: local, to: bounds.start))
      }
      advance(name, to: bounds.start)
      return (.following, bounds.start)
    }
    guard let last = lastRecord(of: name) else { return (.following, local) }
    return (.verifying(last, at: local.advanced(by: -1)), local.advanced(by: -1))
  }

  /// The record before the local end; nil where there is none, or it can't be read.
  private func lastRecord(of name: TopicPartition) -> Record? {
    let place = log.endOffset(of: name).advanced(by: -1)
    guard place >= log.startOffset(of: name), place.rawValue >= 0 else { return nil }
    var last: Record?
    try? log.forEachRecord(of: name, from: place) { record, offset in
      if offset == place { last = record }
    }
    return last
  }

  private func take(_ event: KafkaConsumer.Event) throws(ClusterError) {
    switch event {
    case .records(let name, let offsets, let records):
      try store(zip(offsets, records).map { PlacedRecord(offset: $0, record: $1) }, in: name)
    case .end(let name, let offset):
      guard isRead(name) else { return }
      partitions[name]?.stage = .following
      advance(name, to: offset)
      status.partitions[name]?.end = offset
      status.partitions[name]?.hasCaughtUp = true
    case .failed(let name?, let fault):
      if isRead(name) { postpone(name, because: fault.description) }
    case .failed(nil, _): break
    }
  }

  /// A fault of the client as a whole, which goes on by itself.
  private func noteFault(_ fault: KafkaFault) {
    guard fault.isDisconnection else {
      status.lastFault = fault.description
      return
    }
    noteDisconnection(fault.description)
    nextDiscovery = min(nextDiscovery, .now + timing.search)
  }

  private func store(_ records: [PlacedRecord], in name: TopicPartition) throws(ClusterError) {
    guard isRead(name), let first = records.first, let last = records.last else { return }
    if case .verifying(let known, let offset) = partitions[name]?.stage {
      guard first.offset != offset || known == first.record else {
        throw .otherHistory(
          reason: "\(name) has another record at offset \(offset.rawValue) than the one mirrored here")
      }
      partitions[name]?.stage = .following
    }
    do throws(EventLogError) {
      let appended = try log.appendMirrored(records, to: name)
      // Nobody waits for it; readers see what is durable, and a failure is told by the next append.
      if let appended { log.whenDurable(appended) { _ in } }
    } catch {
      // Read again from where the log ends, so that nothing is left out.
      return postpone(name, because: error.description)
    }
    partitions[name]?.troubles = 0
    advance(name, to: last.offset.advanced(by: 1))
    if let partition = partitions[name], last.offset.advanced(by: 1) >= partition.target {
      status.partitions[name]?.hasCaughtUp = true
    }
    if let end = cluster.knownEnd(of: name) { status.partitions[name]?.end = end }
  }

  /// Ends all reading: when the cluster answers again, it must show that it is the same, and each partition that it still
  /// has what was mirrored.
  private func pause() {
    for name in partitions.keys {
      cluster.stop(name)
      partitions[name]?.stage = .waiting(until: .now)
      status.partitions[name]?.hasCaughtUp = false
    }
  }

  private func isRead(_ name: TopicPartition) -> Bool {
    switch partitions[name]?.stage {
    case .verifying, .following: true
    case .waiting, nil: false
    }
  }

  private func advance(_ name: TopicPartition, to offset: Offset) {
    guard let position = status.partitions[name]?.position, offset > position else { return }
    status.partitions[name]?.position = offset
  }

  /// Reads a partition again after a while, from where the log ends.
  private func postpone(_ name: TopicPartition, because reason: String) {
    cluster.stop(name)
    let troubles = partitions[name]?.troubles ?? 0
    let delay = min(timing.longestRetry, timing.retry * (1 << min(troubles, 10)))
    partitions[name]?.stage = .waiting(until: .now + delay)
    partitions[name]?.troubles = troubles + 1
    status.partitions[name]?.hasCaughtUp = false
    if status.partitions[name]?.fault != reason { notice(.trouble(name, reason: reason)) }
    status.partitions[name]?.fault = reason
    status.faults += 1
    status.lastFault = "\(name): \(reason)"
  }

  // MARK: Telling

  private func noteConnection() {
    guard !status.isConnected else { return }
    status.isConnected = true
    status.connections += 1
    status.connectionChanged = .now
    wasToldOfDisconnection = false
    notice(.connected(clusterID: status.clusterID ?? ""))
  }

  private func noteDisconnection(_ reason: String) {
    status.lastFault = reason
    status.faults += 1
    if status.isConnected {
      status.isConnected = false
      status.connectionChanged = .now
      pause()
    }
    if !wasToldOfDisconnection { notice(.disconnected(reason: reason)) }
    wasToldOfDisconnection = true
  }

  private func noteMissing(_ missing: [String: String]) {
    status.missingTopics = missing
    let new = Set(missing.keys).subtracting(toldMissing)
    if !new.isEmpty { notice(.waiting(topics: new.sorted())) }
    toldMissing = Set(missing.keys)
  }
}
